package filecopy

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// withoutWaiting makes an open of a FIFO return at once. For any other file it changes nothing,
// but saves system calls: four for a regular file, one with O_PATH. Without it the os package sets
// O_NONBLOCK itself, and resets it when epoll refuses the file.
const withoutWaiting = syscall.O_NONBLOCK

var (
	errNotRegular    = errors.New("not a regular file")
	errOpenedChanged = errors.New("changed while it was opened")
	errCopiedChanged = errors.New("changed while it was copied")
)

func lstatRegular(src *os.Root, name string) (fs.FileInfo, error) {
	info, err := Lstat(src, name)
	if err != nil {
		return nil, NewError("stat", err)
	}
	if !info.Mode().IsRegular() {
		return nil, NewError("open", errNotRegular)
	}
	return info, nil
}

// openRegular opens a regular file for reading. It neither follows a symlink nor waits at a FIFO.
func openRegular(root *os.Root, name string) (*os.File, fs.FileInfo, error) {
	seen, err := lstatRegular(root, name)
	if err != nil {
		return nil, nil, err
	}
	return openSeen(root, name, os.O_RDONLY, seen)
}

// openSeen opens root/name, and returns errOpenedChanged if it no longer is the file seen.
// Root.OpenFile alone would follow a symlink that took the name, within the root.
func openSeen(root *os.Root, name string, flag int, seen fs.FileInfo) (*os.File, fs.FileInfo, error) {
	f, err := root.OpenFile(name, flag|withoutWaiting, 0)
	if err != nil {
		return nil, nil, NewError("open", err)
	}
	info, err := f.Stat()
	switch {
	case err != nil:
		err = NewError("stat", err)
	case !os.SameFile(seen, info):
		err = errOpenedChanged
	default:
		return f, info, nil
	}
	f.Close()
	return nil, nil, err
}

// unchanged returns an error if f has another size or modification time than before.
func unchanged(f file, before fs.FileInfo) error {
	now, err := f.Stat()
	if err != nil {
		return NewError("stat", err)
	}
	return sameState(before, now.Size(), now.ModTime())
}

// sameState returns an error if that size and modification time are others than before.
func sameState(before fs.FileInfo, size int64, modified time.Time) error {
	if size != before.Size() {
		return resized(before.Size(), size)
	}
	if !modified.Equal(before.ModTime()) {
		return errCopiedChanged
	}
	return nil
}

// resized returns the error for a source whose size changed. from and to are in bytes.
func resized(from, to int64) error {
	verb := "grew"
	if to < from {
		verb = "shrank"
	}
	return fmt.Errorf("%w: %s from %d to %d bytes", errCopiedChanged, verb, from, to)
}
