//go:build !linux

package testenv

func prepare() { setVariables() }

func sweepAfter() (done func()) { return func() {} }
