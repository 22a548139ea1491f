//go:build !cgo

package confine

func (ruleset) addThreads() (done func(), err error) { return func() {}, nil }
