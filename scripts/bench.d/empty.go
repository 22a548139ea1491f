//go:build ignore

// Empty does nothing. It shows what the start of a Go program costs.
package main

func main() {}
