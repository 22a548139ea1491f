//go:build unix

package pace

import (
	"errors"
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// New makes a bucket with that rate, as SetRate takes it. Close releases it here,
// and its memory when nobody else has it.
func New(rate int64) (*Bucket, error) {
	file, err := newMemory()
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
	if err == nil && info.Size() < page { // where a file has ended, memory is SIGBUS
		err = ErrNoBucket
	}
	var memory []byte
	if err == nil {
		memory, err = unix.Mmap(int(file.Fd()), 0, int(page), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
		err = os.NewSyscallError("mmap", err)
	}
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("share a rate: %w", err)
	}
	return &Bucket{shared: (*shared)(unsafe.Pointer(&memory[0])), file: file, now: monotonic}, nil
}

// Close releases the bucket in this process, which must not use it any more.
func (b *Bucket) Close() error {
	memory := unsafe.Slice((*byte)(unsafe.Pointer(b.shared)), page)
	return errors.Join(os.NewSyscallError("munmap", unix.Munmap(memory)), b.file.Close())
}

// monotonic is a time in ns that is the same for all processes. (That of the time
// package begins with the process.)
func monotonic() int64 {
	var now unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &now) // it cannot fail: there is that clock
	return now.Nano()
}
