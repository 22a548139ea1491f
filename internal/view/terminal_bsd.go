//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package view

import "golang.org/x/sys/unix"

const readTermios = unix.TIOCGETA
