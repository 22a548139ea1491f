// Package faultfs is a file system for tests that behaves as the tests' own does
// not: it folds names, or refuses some. It is mounted by FUSE over an empty folder
// and served by the process that mounts it.
package faultfs
