//go:build !linux

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "faultmount: only Linux has FUSE as it is used here")
	os.Exit(1)
}
