//go:build unix

package pace

import (
	"errors"
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// New makes a bucket with a rate as for SetRate, and with beside bytes of memory for
// [Bucket.Beside]. The kernel frees the memory when the last process closes the bucket.
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

// Open returns the bucket that another process made, from the inherited file. The bucket
// owns the file. On an error Open closes it.
func Open(file *os.File) (*Bucket, error) {
	b, err := mapped(file)
	if err == nil && b.magic.Load() != magic {
		return nil, errors.Join(ErrNoBucket, b.Close())
	}
	return b, err
}

// mapped maps the file into memory. On an error it closes the file.
func mapped(file *os.File) (*Bucket, error) {
	info, err := file.Stat()
	if err == nil && (info.Size() < page || info.Size() > largest) { // an access behind the file's end is SIGBUS
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
	return &Bucket{
		shared: (*shared)(unsafe.Pointer(&memory[0])),
		memory: memory,
		file:   file,
		now:    monotonic,
		naps:   newNaps(),
	}, nil
}

// Close releases the bucket in this process. Do not use the bucket after that.
func (b *Bucket) Close() error {
	return errors.Join(os.NewSyscallError("munmap", unix.Munmap(b.memory)), b.file.Close())
}

// monotonic returns a time in ns that is the same in all processes. (The time package's
// monotonic time begins with the process.)
func monotonic() int64 {
	var now unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &now) // never fails: every system has this clock
	return now.Nano()
}
