// Package faultfstest mounts a faultfs for the duration of a test:
//
//	f := faultfstest.Mount(t, faultfs.Options{})
//
// It is a package of its own, so that package faultfs does not link the package testing.
package faultfstest
