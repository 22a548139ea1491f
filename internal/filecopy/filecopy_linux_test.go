package filecopy_test

import (
	"bytes"
	"io"
	"os"
	"path"
	"syscall"
	"testing"
	"time"

	"brood/internal/filecopy"

	"golang.org/x/sys/unix"
)

const mib = 1 << 20

func TestHolesAreKept(t *testing.T) {
	for _, tt := range []struct {
		name string
		data []int64 // offsets of the data, in MiB; each is a MiB long
		size int64   // in MiB
	}{
		{"at the start", []int64{31}, 32},
		{"in the middle", []int64{0, 31}, 32},
		{"at the end", []int64{0}, 32},
		{"everywhere", []int64{3, 9, 10, 20}, 32},
		{"nothing else", nil, 32},
		{"beyond 4 GiB", []int64{5000}, 8192},
	} {
		for _, between := range []struct{ name, src, dst string }{
			{"one file system", "", ""},
			{"two file systems", "/dev/shm", ""},
		} {
			t.Run(tt.name+"/"+between.name, func(t *testing.T) {
				e := endsAt(t, tempDirIn(t, between.src), tempDirIn(t, between.dst))
				writeSparse(t, e.src, "f", tt.size*mib, tt.data)
				var last int64
				res, err := e.copy("f", filecopy.Options{Progress: func(n int64) { last = n }})
				must(t, err)
				if last != tt.size*mib || res.Bytes != last {
					t.Errorf("result %+v, last progress %d", res, last)
				}
				for _, at := range tt.data {
					wantData(t, e.dst, "f", at*mib)
				}
				if got, most := blocks(t, e.dst, "f"), int64(len(tt.data))*mib+mib/4; got*512 > most {
					t.Errorf("the copy has %d bytes on the disk; want at most %d", got*512, most)
				}
				if tt.size <= 32 {
					e.wantCopied(t, "f")
				}
			})
		}
	}
}

func TestProcfs(t *testing.T) {
	e := endsAt(t, "/proc", t.TempDir())
	want, err := os.ReadFile("/proc/version")
	must(t, err)
	res, err := e.copy("version", filecopy.Options{})
	must(t, err)
	got, err := e.dst.ReadFile("version")
	must(t, err)
	if string(got) != string(want) || res.Bytes != int64(len(want)) || res.Method != filecopy.ReadWrite {
		t.Errorf("%q, %+v; want %q", got, res, want)
	}
}

// Allocated room that was never written holds zeros, like a hole.
func TestUnwrittenExtents(t *testing.T) {
	for _, kind := range []string{"ext4", "xfs", "btrfs"} {
		for name, opts := range map[string]filecopy.Options{"plain": {}, "verified": verified} {
			t.Run(kind+"/"+name, func(t *testing.T) {
				e := endsAt(t, mountDisk(t, kind), t.TempDir())
				f, err := e.src.Create("f")
				must(t, err)
				defer f.Close()
				must(t, unix.Fallocate(int(f.Fd()), 0, 0, 8*mib))
				for _, at := range []int64{1, 3, 6} {
					_, err := f.WriteAt(noise(mib/2), at*mib+4096)
					must(t, err)
				}
				must(t, f.Sync())
				_, err = e.copy("f", opts)
				must(t, err)
				e.wantCopied(t, "f")
			})
		}
	}
}

// A file of procfs has the size 0, and each read gives few bytes.
func TestProcfsIsReadToItsEnd(t *testing.T) {
	const name = "kallsyms"
	before, err := os.ReadFile("/proc/" + name)
	if err != nil || len(before) < mib {
		t.Skipf("needs kernel: a long file in /proc: %v, %d bytes", err, len(before))
	}
	e := endsAt(t, "/proc", t.TempDir())
	res, err := e.copy(name, filecopy.Options{})
	must(t, err)
	after, err := os.ReadFile("/proc/" + name)
	must(t, err)
	got, _ := e.dst.ReadFile(name)
	if bytes.Equal(before, after) && (!bytes.Equal(got, before) || res.Bytes != int64(len(got))) {
		t.Errorf("%d bytes, %+v; want %d", len(got), res, len(before))
	}
}

// A file of sysfs has the size 4096, and fewer bytes.
func TestSysfsIsReadToItsEnd(t *testing.T) {
	const name = "mm/transparent_hugepage/enabled"
	want, err := os.ReadFile("/sys/kernel/" + name)
	if err != nil {
		t.Skip("needs sysfs: ", err)
	}
	for which, opts := range map[string]filecopy.Options{
		"plain": {}, "archived": archived, "verified": verified, "durable": {Durable: true}, "resumed": {Resume: true},
	} {
		t.Run(which, func(t *testing.T) {
			e := endsAt(t, "/sys/kernel", t.TempDir())
			res, err := e.copy(name, opts)
			must(t, err)
			if got, _ := e.dst.ReadFile(name); string(got) != string(want) || res.Bytes != int64(len(want)) {
				t.Errorf("%q, %+v; want %q", got, res, want)
			}
			wantNoTemporary(t, e.dst, path.Dir(name))
		})
	}
}

func TestAcrossFileSystems(t *testing.T) {
	e := endsAt(t, tempDirIn(t, "/dev/shm"), t.TempDir())
	write(t, e.src, "f", noise(3*mib+1), 0o640)
	if res := e.mustCopy(t, "f"); res.Method != filecopy.ReadWrite {
		t.Errorf("method %q; want read-write between two file systems", res.Method)
	}
}

func TestShrinksAcrossFileSystems(t *testing.T) {
	e := endsAt(t, tempDirIn(t, "/dev/shm"), t.TempDir())
	write(t, e.src, "f", noise(3*mib), 0o640)
	_, err := e.copy("f", filecopy.Options{Progress: func(int64) { must(t, resize(e.src, mib+5)) }})
	wantError(t, err, nil, "changed while it was copied: shrank from 3145728 to 1048581 bytes")
	wantOnly(t, e.dst, ".")
}

func TestReflink(t *testing.T) {
	for _, kind := range []string{"xfs", "btrfs"} {
		t.Run(kind, func(t *testing.T) {
			disk := mountDisk(t, kind)
			must(t, os.Mkdir(disk+"/src", 0o755))
			must(t, os.Mkdir(disk+"/dst", 0o755))
			e := endsAt(t, disk+"/src", disk+"/dst")
			write(t, e.src, "large", noise(8*mib), 0o640)
			if res := e.mustCopy(t, "large"); res.Method != filecopy.Reflink {
				t.Errorf("method %q", res.Method)
			}
			write(t, e.src, "small", noise(100), 0o640)
			if res := e.mustCopy(t, "small"); res.Method != filecopy.ReadWrite {
				t.Errorf("method %q for a small file", res.Method)
			}
			writeSparse(t, e.src, "sparse", 32*mib, []int64{7})
			if res := e.mustCopy(t, "sparse"); res.Method != filecopy.Reflink {
				t.Errorf("method %q for a sparse file", res.Method)
			}
		})
	}
}

func TestCopyFileRange(t *testing.T) {
	disk := mountTmpfs(t, "16m") // tmpfs has no reflinks
	must(t, os.Mkdir(disk+"/src", 0o755))
	must(t, os.Mkdir(disk+"/dst", 0o755))
	e := endsAt(t, disk+"/src", disk+"/dst")
	write(t, e.src, "f", noise(3*mib+1), 0o640)
	if res := e.mustCopy(t, "f"); res.Method != filecopy.CopyFileRange {
		t.Errorf("method %q", res.Method)
	}
}

func TestFullDisk(t *testing.T) {
	for _, tt := range []struct{ name, src, text string }{
		{"before the first write", "", "allocate: no space left on device"},
		{"by the kernel", "same", "copy_file_range: no space left on device"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			disk := mountTmpfs(t, "1m")
			must(t, os.Mkdir(disk+"/dst", 0o755))
			e := endsAt(t, tempDirIn(t, "/dev/shm"), disk+"/dst")
			size := 2 * mib
			if tt.src == "same" {
				e, size = endsAt(t, disk, disk+"/dst"), 700<<10
			}
			write(t, e.src, "f", noise(size), 0o644)
			write(t, e.dst, "f", []byte("before"), 0o644)
			_, err := e.copy("f", filecopy.Options{})
			wantError(t, err, syscall.ENOSPC, tt.text)
			wantOnly(t, e.dst, ".", "f")
			if got, _ := e.dst.ReadFile("f"); string(got) != "before" {
				t.Errorf("destination holds %q", got)
			}
		})
	}
}

func tempDirIn(t testing.TB, parent string) string {
	t.Helper()
	if parent == "" {
		return t.TempDir()
	}
	dir, err := os.MkdirTemp(parent, "filecopy-")
	if err != nil {
		t.Skip("needs "+parent+": ", err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func writeSparse(t *testing.T, root *os.Root, name string, size int64, data []int64) {
	t.Helper()
	f, err := root.Create(name)
	must(t, err)
	defer f.Close()
	must(t, f.Truncate(size))
	for _, at := range data {
		_, err := f.WriteAt(noise(mib), at*mib)
		must(t, err)
	}
	must(t, f.Sync())
	must(t, root.Chtimes(name, time.Time{}, longAgo))
}

func wantData(t *testing.T, root *os.Root, name string, off int64) {
	t.Helper()
	f, err := root.Open(name)
	must(t, err)
	defer f.Close()
	got, err := io.ReadAll(io.NewSectionReader(f, off, mib))
	must(t, err)
	if string(got) != string(noise(mib)) {
		t.Errorf("the data at %d differ", off)
	}
}

func blocks(t *testing.T, root *os.Root, name string) int64 {
	t.Helper()
	return stat(t, root, name).Blocks
}

func stat(t *testing.T, root *os.Root, name string) *syscall.Stat_t {
	t.Helper()
	info, err := root.Lstat(name)
	must(t, err)
	return info.Sys().(*syscall.Stat_t)
}
