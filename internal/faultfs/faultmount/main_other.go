//go:build !linux

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "faultmount: needs FUSE on Linux")
	os.Exit(1)
}
