//go:build !cgo

package confine

func (ruleset) addThreads() error { return nil }
