//go:build !linux

package process

func sleepOf(int) Sleep { return Sleep{} }
