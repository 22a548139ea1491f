// Package faultfstest mounts a faultfs for the length of a test. It is apart from
// faultfs so that only tests link the package testing.
package faultfstest
