package faultfs_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"brood/internal/faultfs"
	"brood/internal/faultfs/faultfstest"
)

const page = 4096

// TestEachOperationFails: an operation fails as often as the rule says, and only for the rule's name.
func TestEachOperationFails(t *testing.T) {
	for _, tt := range calls {
		for _, name := range []string{tt.on, tt.other} {
			if name == "" {
				continue
			}
			t.Run(tt.name+" "+name, func(t *testing.T) {
				f := populated(t)
				another := f.Inject(faultfs.Rule{Ops: tt.op, Name: "x" + name, Err: syscall.EDOM})
				fault := f.Inject(faultfs.Rule{Ops: tt.op, Name: name, Times: 1, Err: syscall.EIO})
				if err := tt.call(f.Mounted); !errors.Is(err, syscall.EIO) {
					t.Errorf("first: %v", err)
				}
				select {
				case <-fault.Met():
				default:
					t.Error("Met is not closed")
				}
				must(t, tt.call(f.Mounted))
				if fault.Count() != 1 || another.Count() != 0 {
					t.Errorf("counts: %d, and %d for another name; want 1 and 0", fault.Count(), another.Count())
				}
			})
		}
	}
}

// contents returns bytes that differ between any two pages.
func contents(size int) []byte {
	all := make([]byte, size)
	for i := range all {
		all[i] = byte(i) ^ byte(i>>8)
	}
	return all
}

// TestReadFailsFrom: all bytes before From can be read.
func TestReadFailsFrom(t *testing.T) {
	for name, tt := range map[string]struct {
		flags int
		from  int64
	}{"a page": {0, 3 * page}, "within a page": {0, 3*page + 5}, "O_DIRECT": {unix.O_DIRECT, 300 * page}} {
		t.Run(name, func(t *testing.T) {
			f := faultfstest.Mount(t, faultfs.Options{})
			all := contents(400 * page)
			must(t, os.WriteFile(f.Beneath+"/a", all, 0o600))
			file, err := os.OpenFile(f.Mounted+"/a", os.O_RDONLY|tt.flags, 0)
			must(t, err)
			defer file.Close()
			fault := f.Inject(faultfs.Rule{Ops: faultfs.Read, Name: "a", From: tt.from, Err: syscall.EIO})
			buf := aligned(len(all))
			size, err := io.ReadFull(file, buf)
			if int64(size) != tt.from || !errors.Is(err, syscall.EIO) || !bytes.Equal(buf[:size], all[:size]) {
				t.Errorf("read %d: %v; want %d and EIO", size, err, tt.from)
			}
			if _, err := file.ReadAt(buf[:page], 350*page); !errors.Is(err, syscall.EIO) {
				t.Errorf("beyond: %v", err)
			}
			if _, err := file.ReadAt(buf[:page], 0); err != nil {
				t.Errorf("before: %v", err)
			}
			fault.Remove()
			fault.Remove()
			if _, err := file.ReadAt(buf, 0); err != nil || !bytes.Equal(buf, all) {
				t.Errorf("removed: %v", err)
			}
		})
	}
}

// aligned returns a buffer that is aligned for O_DIRECT.
func aligned(size int) []byte {
	buf, err := unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		panic(err)
	}
	return buf
}

func TestWriteFailsFrom(t *testing.T) {
	f := faultfstest.Mount(t, faultfs.Options{})
	f.Inject(faultfs.Rule{Ops: faultfs.Write | faultfs.Fallocate, Name: "d/*", From: 1000, Err: syscall.EFBIG})
	must(t, os.Mkdir(f.Mounted+"/d", 0o700))
	must(t, os.WriteFile(f.Mounted+"/a", contents(1001), 0o600))
	if err := os.WriteFile(f.Mounted+"/d/a", contents(1001), 0o600); !errors.Is(err, syscall.EFBIG) {
		t.Error(err)
	}
	wantFile(t, f.Beneath+"/d/a", contents(1000))
	err := withFile(f.Mounted+"/d/a", os.O_WRONLY, allocate(999, 2))
	if !errors.Is(err, syscall.EFBIG) {
		t.Errorf("fallocate: %v", err)
	}
	must(t, withFile(f.Mounted+"/d/a", os.O_WRONLY, allocate(0, 1000)))
}

// TestFull: a disk has room for a number of bytes, in any files.
func TestFull(t *testing.T) {
	f := faultfstest.Mount(t, faultfs.Options{})
	full := f.Inject(faultfs.Rule{Ops: faultfs.Write, After: 700_000, Err: syscall.ENOSPC})
	must(t, os.WriteFile(f.Mounted+"/a", contents(600_000), 0o600))
	if err := os.WriteFile(f.Mounted+"/b", contents(600_000), 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Error(err)
	}
	wantFile(t, f.Beneath+"/a", contents(600_000))
	wantFile(t, f.Beneath+"/b", contents(100_000))
	full.Remove()
	must(t, os.WriteFile(f.Mounted+"/b", contents(600_000), 0o600))
	wantFile(t, f.Beneath+"/b", contents(600_000))
}

func TestFlip(t *testing.T) {
	const at = 5*page + 7
	right := contents(10 * page)
	wrong := bytes.Clone(right)
	wrong[at] ^= 0x10
	t.Run("read", func(t *testing.T) {
		f := faultfstest.Mount(t, faultfs.Options{})
		must(t, os.WriteFile(f.Mounted+"/a", right, 0o600))
		fault := f.Inject(faultfs.Rule{Ops: faultfs.Read, Name: "a", From: at, Flip: 0x10})
		wantFile(t, f.Mounted+"/a", wrong)
		wantFile(t, f.Beneath+"/a", right)
		if fault.Count() != 1 {
			t.Errorf("flipped %d times", fault.Count())
		}
		fault.Remove()
		wantFile(t, f.Mounted+"/a", right)
	})
	t.Run("write", func(t *testing.T) {
		f := faultfstest.Mount(t, faultfs.Options{})
		f.Inject(faultfs.Rule{Ops: faultfs.Write, Name: "a", From: at, Times: 1, Flip: 0x10})
		must(t, os.WriteFile(f.Mounted+"/a", right, 0o600))
		wantFile(t, f.Mounted+"/a", wrong)
		wantFile(t, f.Beneath+"/a", wrong)
		must(t, os.WriteFile(f.Mounted+"/a", right, 0o600))
		wantFile(t, f.Beneath+"/a", right)
	})
}

// TestShrink: a file that becomes shorter while it is read ends there. Shorter files do not grow.
func TestShrink(t *testing.T) {
	f := faultfstest.Mount(t, faultfs.Options{})
	must(t, os.WriteFile(f.Mounted+"/a", contents(10*page), 0o600))
	must(t, os.WriteFile(f.Mounted+"/b", contents(page), 0o600))
	f.Inject(faultfs.Rule{Ops: faultfs.Read, From: 6 * page, Shrink: true})
	file, err := os.Open(f.Mounted + "/a")
	must(t, err)
	defer file.Close()
	size := func() int64 {
		info, err := file.Stat()
		must(t, err)
		return info.Size()
	}
	if size() != 10*page {
		t.Errorf("size %d before it is read", size())
	}
	got, err := io.ReadAll(file)
	if err != nil || !bytes.Equal(got, contents(10 * page)[:6*page]) {
		t.Errorf("read %d, %v", len(got), err)
	}
	if size() != 6*page {
		t.Errorf("size %d when it is read", size())
	}
	wantFile(t, f.Mounted+"/b", contents(page))
}

// TestNames: a rule follows a file to its new name.
func TestNames(t *testing.T) {
	f := populated(t)
	final := f.Inject(faultfs.Rule{Ops: faultfs.Fsync, Name: "d/final", Err: syscall.EIO})
	file, err := os.Create(f.Mounted + "/d/.final.part")
	must(t, err)
	defer file.Close()
	must(t, file.Sync())
	must(t, os.Rename(f.Mounted+"/d/.final.part", f.Mounted+"/d/final"))
	if err := file.Sync(); !errors.Is(err, syscall.EIO) || final.Count() != 1 {
		t.Errorf("renamed: %v", err)
	}
	must(t, os.Link(f.Mounted+"/d/final", f.Mounted+"/link"))
	must(t, os.Remove(f.Mounted+"/d/final"))
	must(t, file.Sync())
	f.Inject(faultfs.Rule{Ops: faultfs.Fsync, Name: "link", Err: syscall.EIO})
	if err := file.Sync(); !errors.Is(err, syscall.EIO) {
		t.Errorf("linked: %v", err)
	}
	defer func() {
		if recover() == nil {
			t.Error("Inject has accepted an invalid pattern")
		}
	}()
	f.Inject(faultfs.Rule{Name: "["})
}

// TestMapped: files can be mapped into memory and written there. Another process does it: Go's scheduler does
// not expect that a page fault waits for the server.
func TestMapped(t *testing.T) {
	f := faultfstest.Mount(t, faultfs.Options{})
	must(t, os.WriteFile(f.Beneath+"/a", contents(3*page), 0o600))
	cmd, _ := startClient(t, "invert by a mapping", f)
	must(t, cmd.Wait())
	want := contents(3 * page)
	for i := range want {
		want[i] ^= 0xff
	}
	wantFile(t, f.Beneath+"/a", want)
}

func invertMapped(dir string) error {
	return withFile(dir+"/a", os.O_RDWR, func(file *os.File) error {
		mapped, err := unix.Mmap(int(file.Fd()), 0, 3*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
		if err != nil {
			return err
		}
		for i := range mapped {
			mapped[i] ^= 0xff
		}
		return errors.Join(unix.Msync(mapped, unix.MS_SYNC), unix.Munmap(mapped))
	})
}

func wantFile(t *testing.T, name string, want []byte) {
	t.Helper()
	got, err := os.ReadFile(name)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s: %d bytes, %v; want other contents, %d bytes", name, len(got), err, len(want))
	}
}
