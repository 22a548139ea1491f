//go:build !linux

package filecopy

type creation struct{}
