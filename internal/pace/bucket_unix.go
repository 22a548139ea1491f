//go:build unix

package pace

import (
	"errors"
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// New makes a bucket with that rate, as SetRate takes it, and memory beside it, in bytes.
// Close releases it here, and its memory when nobody else has it.
func New(rate int64, beside int) (*Bucket, error) {
	file, err := newMemory(page + int64(beside))
	if err != nil {
		return nil, fmt.Errorf("share a rate: %w", err)
	}
	b, err := mapped(file)
	if err != nil {
		return nil, err
	}
	b.rate.Store(max(rate, 0))
	b.magic.Store(magic)
	return b, nil
}

// Open is the bucket that another process has made, by the file that was inherited
// from it. It is the bucket's from here on, or closed.
func Open(file *os.File) (*Bucket, error) {
	b, err := mapped(file)
	if err == nil && b.magic.Load() != magic {
		return nil, errors.Join(ErrNoBucket, b.Close())
	}
	return b, err
}

// mapped maps the file, or closes it.
func mapped(file *os.File) (*Bucket, error) {
	info, err := file.Stat()
	if err == nil && (info.Size() < page || info.Size() > largest) { // where a file has ended, memory is SIGBUS
		err = ErrNoBucket
	}
	var memory []byte
	if err == nil {
		memory, err = unix.Mmap(int(file.Fd()), 0, int(info.Size()), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
		err = os.NewSyscallError("mmap", err)
	}
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("share a rate: %w", err)
	}
	return &Bucket{shared: (*shared)(unsafe.Pointer(&memory[0])), memory: memory, file: file, now: monotonic, naps: newNaps()}, nil
}

// Close releases the bucket in this process, which must not use it any more.
func (b *Bucket) Close() error {
	return errors.Join(os.NewSyscallError("munmap", unix.Munmap(b.memory)), b.file.Close())
}

// monotonic is a time in ns that is the same for all processes. (That of the time
// package begins with the process.)
func monotonic() int64 {
	var now unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &now) // it cannot fail: there is that clock
	return now.Nano()
}
