//go:build !linux

package machine

func sleepOf(int) Sleep { return Sleep{} }
