package filecopy_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"brood/internal/filecopy"
)

const resumedSize = 9<<20 + 7

// interrupted copies e's f until the partial copy has at least after bytes. It returns the name
// of the partial copy.
func interrupted(t *testing.T, e ends, after int64) string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	progress := func(int64) {
		info, err := e.dst.Lstat(onlyTemporary(t, e.dst))
		must(t, err)
		if info.Size() >= after {
			cancel()
		}
	}
	opts := filecopy.Options{Resume: true, Hash: verified.Hash, Progress: progress}
	_, err := filecopy.File(ctx, e.src, e.dst, "f", opts)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("interrupted: %v", err)
	}
	return onlyTemporary(t, e.dst)
}

// A copy resumes a partial copy behind the bytes that are proved equal.
func TestResume(t *testing.T) {
	contents := noise(resumedSize)
	for _, tt := range []struct {
		name   string
		change func(*testing.T, ends, string)
		most   int64 // most bytes that may be kept; the least is a MiB less
	}{
		{"as it was left", func(*testing.T, ends, string) {}, 4 << 20},
		{"one byte changed", func(t *testing.T, e ends, name string) { flipByte(t, e.dst, name) }, 1 << 20},
		{"longer than what was written", func(t *testing.T, e ends, name string) {
			must(t, resizeTo(e.dst, name, 8<<20))
		}, 4 << 20},
		{"longer than its source", func(t *testing.T, e ends, name string) {
			must(t, resizeTo(e.dst, name, 0))
			must(t, e.dst.WriteFile(name, append(bytes.Clone(contents), 1, 2, 3), 0o600))
		}, resumedSize},
		{"shorter, and no whole blocks", func(t *testing.T, e ends, name string) {
			must(t, resizeTo(e.dst, name, 2<<20+1))
		}, 2<<20 + 1},
		{"empty", func(t *testing.T, e ends, name string) { must(t, resizeTo(e.dst, name, 0)) }, 0},
		{"of other contents", func(t *testing.T, e ends, name string) {
			must(t, e.dst.WriteFile(name, noise(resumedSize)[5:], 0o600))
		}, 0},
		{"a source that changed at its beginning", func(t *testing.T, e ends, _ string) {
			edit(t, e.src, "f", func(f *os.File) error { _, err := f.WriteAt([]byte("other"), 0); return err })
		}, 0},
		{"a source that was truncated", func(t *testing.T, e ends, _ string) {
			must(t, resizeTo(e.src, "f", 3<<20))
		}, 3 << 20},
	} {
		for method, opts := range map[string]filecopy.Options{
			"plain": {Resume: true}, "verified": {Resume: true, Hash: verified.Hash},
		} {
			t.Run(tt.name+"/"+method, func(t *testing.T) {
				e := newEnds(t)
				write(t, e.src, "f", contents, 0o644)
				tt.change(t, e, interrupted(t, e, 4<<20))
				must(t, e.src.Chtimes("f", longAgo, longAgo))
				res, err := e.copy("f", opts)
				must(t, err)
				e.wantCopied(t, "f")
				if res.Resumed > tt.most || res.Resumed < tt.most-1<<20 {
					t.Errorf("resumed at %d; want %d, or up to a MiB less", res.Resumed, tt.most)
				}
				if now, _ := e.src.ReadFile("f"); opts.Hash != "" && res.Digest != digestOf(now) {
					t.Errorf("digest %s", res.Digest)
				}
				wantOnly(t, e.dst, ".", "f")
			})
		}
	}
}

// A copy does not resume a partial copy if somebody else may have access to it.
func TestResumeTrustsNoStranger(t *testing.T) {
	for _, tt := range []struct {
		name  string
		root  bool
		plant func(t *testing.T, e ends, name string)
	}{
		{"a symlink", false, func(t *testing.T, e ends, name string) {
			must(t, e.dst.Rename(name, "victim"))
			must(t, e.dst.Symlink("victim", name))
		}},
		{"a hard link", false, func(t *testing.T, e ends, name string) { must(t, e.dst.Link(name, "victim")) }},
		{"a FIFO", false, func(t *testing.T, e ends, name string) {
			must(t, e.dst.Rename(name, "victim"))
			fifo(t, e.dstPath+"/"+name)
		}},
		{"a folder", false, func(t *testing.T, e ends, name string) {
			must(t, e.dst.Rename(name, "victim"))
			must(t, e.dst.Mkdir(name, 0o700))
		}},
		{"somebody else's", true, func(t *testing.T, e ends, name string) { must(t, e.dst.Chown(name, 1234, 1234)) }},
		{"more open than its source", false, func(t *testing.T, e ends, name string) {
			must(t, e.dst.Chmod(name, 0o644))
		}},
		{"held by another copy", false, func(t *testing.T, e ends, name string) {
			f, err := e.dst.Open(name)
			must(t, err)
			t.Cleanup(func() { f.Close() })
			must(t, unix.Flock(int(f.Fd()), unix.LOCK_EX))
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.root {
				needsRoot(t)
			}
			e := newEnds(t)
			write(t, e.src, "f", noise(resumedSize), 0o600)
			name := interrupted(t, e, 4<<20)
			left, err := e.dst.ReadFile(name)
			must(t, err)
			tt.plant(t, e, name)
			before, err := e.dst.Lstat(name)
			must(t, err)
			res, err := e.copy("f", filecopy.Options{Resume: true})
			must(t, err)
			if res.Resumed != 0 {
				t.Errorf("resumed at %d", res.Resumed)
			}
			after, err := e.dst.Lstat(name)
			if err != nil || !os.SameFile(before, after) || after.Mode() != before.Mode() {
				t.Errorf("the planted file became %v, %v", after, err)
			}
			if victim, err := e.dst.ReadFile("victim"); err == nil && !bytes.Equal(victim, left) {
				t.Error("the victim was written to")
			}
			if got, _ := e.dst.ReadFile("f"); !bytes.Equal(got, noise(resumedSize)) {
				t.Error("the copy differs")
			}
			if info := stat(t, e.dst, "f"); info.Nlink != 1 || info.Mode&0o7777 != 0o600 {
				t.Errorf("the copy has %d names and mode %o", info.Nlink, info.Mode)
			}
		})
	}
}

// Without Resume a cancelled copy leaves nothing.
func TestNothingIsLeftWithoutResume(t *testing.T) {
	e := newEnds(t)
	write(t, e.src, "f", noise(resumedSize), 0o644)
	ctx, cancel := context.WithCancel(context.Background())
	opts := filecopy.Options{Hash: verified.Hash, Progress: func(int64) { cancel() }}
	_, err := filecopy.File(ctx, e.src, e.dst, "f", opts)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	wantOnly(t, e.dst, ".")
}

// Two copies of one file at the same time do not use the same temporary.
func TestResumeOfTwoAtOnce(t *testing.T) {
	for range 20 {
		e := newEnds(t)
		write(t, e.src, "f", noise(resumedSize), 0o644)
		interrupted(t, e, 4<<20)
		errs := make(chan error)
		for range 2 {
			go func() {
				_, err := e.copy("f", filecopy.Options{Resume: true, Overwrite: filecopy.Always})
				errs <- err
			}()
		}
		for range 2 {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		e.wantCopied(t, "f")
		wantOnly(t, e.dst, ".", "f")
	}
}

// Folder keeps a partial copy until its file is finished, and then sweeps it.
func TestPartialCopyIsSwept(t *testing.T) {
	e := newEnds(t)
	write(t, e.src, "f", noise(resumedSize), 0o644)
	name := interrupted(t, e, 4<<20)
	sweep := func() {
		_, err := filecopy.Folder(e.src, e.dst, ".", filecopy.Options{Resume: true})
		must(t, err)
	}
	sweep()
	wantOnly(t, e.dst, ".", name)
	_, err := e.copy("f", filecopy.Options{}) // leaves the partial copy
	must(t, err)
	sweep()
	wantOnly(t, e.dst, ".", "f")
}

func resizeTo(root *os.Root, name string, size int64) error {
	f, err := root.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Truncate(size)
}

// The verification reads the medium, not the page cache. It finds a block that was damaged
// below the file system while the page cache still has the good block.
func TestVerificationReadsTheMedium(t *testing.T) {
	for _, kind := range []string{"ext4", "xfs"} {
		t.Run(kind, func(t *testing.T) {
			image, disk := mountImage(t, kind)
			e := endsAt(t, t.TempDir(), disk)
			contents := bytes.Repeat([]byte("brood, to be found on the medium"), 1<<15)
			write(t, e.src, "f", contents, 0o644)
			damaged := 0
			opts := verified
			opts.Phase = func(p filecopy.Phase) {
				if p == filecopy.Verifying && damaged == 0 {
					damaged = damageImage(t, image, contents[:4096])
				}
			}
			res, err := e.copy("f", opts)
			must(t, err)
			if damaged == 0 || res.Retries != 1 {
				t.Errorf("damaged %d blocks, result %+v; want it made again once", damaged, res)
			}
			e.wantCopied(t, "f")

			damageImage(t, image, contents[:4096])
			if got, _ := e.dst.ReadFile("f"); !bytes.Equal(got, contents) {
				t.Log("the page cache lacks the good contents, so this proves nothing about the medium")
			}
			sum, err := filecopy.Compare(context.Background(), e.src, e.dst, "f", verified)
			if sum != "" || err != nil {
				t.Errorf("compared: %q, %v; want a difference", sum, err)
			}
		})
	}
}

// damageImage changes the first byte of each block of the image that equals block. It returns
// their number.
func damageImage(t *testing.T, image string, block []byte) (damaged int) {
	t.Helper()
	f, err := os.OpenFile(image, os.O_RDWR, 0)
	must(t, err)
	defer f.Close()
	info, err := f.Stat()
	must(t, err)
	buffer := make([]byte, len(block))
	for off := int64(0); off < info.Size(); off += int64(len(block)) {
		if _, err := f.ReadAt(buffer, off); err == nil && bytes.Equal(buffer, block) {
			_, err := f.WriteAt([]byte(strings.ToUpper(string(block[:1]))), off)
			must(t, err)
			damaged++
		}
	}
	must(t, f.Sync())
	return damaged
}
