package filecopy_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"brood/internal/digest"
	"brood/internal/filecopy"
)

func digestOf(contents []byte) string {
	sum := sha256.Sum256(contents)
	return hex.EncodeToString(sum[:])
}

var verified = filecopy.Options{Hash: digest.SHA256}

func TestVerifiedCopyHasTheDigestOfItsSource(t *testing.T) {
	for _, tt := range []struct {
		name string
		size int
	}{
		{"empty", 0},
		{"one byte", 1},
		{"not a multiple of a medium's block", 4097},
		{"just under a block", 1<<20 - 1},
		{"a block", 1 << 20},
		{"several windows", 37<<20 + 5},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newEnds(t)
			contents := noise(tt.size)
			write(t, e.src, "f", contents, 0o640)
			var phases []filecopy.Phase
			opts := verified
			opts.Phase = func(p filecopy.Phase) { phases = append(phases, p) }
			res, err := e.copy("f", opts)
			must(t, err)
			e.wantCopied(t, "f")
			if want := digestOf(contents); res.Digest != want || res.Retries != 0 {
				t.Errorf("result %+v; want digest %s at the first try", res, want)
			}
			if len(phases) != 2 || phases[0] != filecopy.Syncing || phases[1] != filecopy.Verifying {
				t.Errorf("phases %q", phases)
			}
		})
	}
}

// The test damages a copy before it is read back. After one damage the copy is made again. After
// the second it fails, and leaves nothing.
func TestReadBackDifferent(t *testing.T) {
	for _, tt := range []struct {
		name    string
		times   int
		damage  func(*testing.T, *os.Root, string)
		retries int
	}{
		{"once", 1, flipByte, 1},
		{"twice", 2, flipByte, -1},
		{"two blocks for each other", 2, swapBlocks, -1},
		{"cut short", 2, func(t *testing.T, dst *os.Root, name string) {
			edit(t, dst, name, func(f *os.File) error { return f.Truncate(100) })
		}, -1},
		{"longer", 2, func(t *testing.T, dst *os.Root, name string) {
			edit(t, dst, name, func(f *os.File) error { _, err := f.WriteAt([]byte("x"), 3<<20); return err })
		}, -1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newEnds(t)
			write(t, e.src, "f", noise(3<<20), 0o640)
			write(t, e.dst, "f", []byte("before"), 0o600)
			damaged := 0
			opts := verified
			opts.Phase = func(p filecopy.Phase) {
				if p == filecopy.Verifying && damaged < tt.times {
					damaged++
					tt.damage(t, e.dst, onlyTemporary(t, e.dst))
				}
			}
			res, err := e.copy("f", opts)
			if damaged != tt.times {
				t.Errorf("damaged %d times", damaged)
			}
			if tt.retries < 0 {
				wantError(t, err, nil, "verify: the copy on the medium differs from what was written")
				wantOnly(t, e.dst, ".", "f")
				if got, _ := e.dst.ReadFile("f"); string(got) != "before" {
					t.Errorf("the destination holds %d other bytes", len(got))
				}
				return
			}
			must(t, err)
			e.wantCopied(t, "f")
			if res.Retries != tt.retries || res.Digest != digestOf(noise(3<<20)) {
				t.Errorf("result %+v", res)
			}
		})
	}
}

func flipByte(t *testing.T, dst *os.Root, name string) {
	edit(t, dst, name, func(f *os.File) error {
		b := make([]byte, 1)
		if _, err := f.ReadAt(b, 1<<20); err != nil {
			return err
		}
		b[0] ^= 1
		_, err := f.WriteAt(b, 1<<20)
		return err
	})
}

func swapBlocks(t *testing.T, dst *os.Root, name string) {
	edit(t, dst, name, func(f *os.File) error {
		b := make([]byte, 2<<20)
		if _, err := f.ReadAt(b, 0); err != nil {
			return err
		}
		_, err := f.WriteAt(append(b[1<<20:], b[:1<<20]...), 0)
		return err
	})
}

func edit(t *testing.T, root *os.Root, name string, change func(*os.File) error) {
	t.Helper()
	f, err := root.OpenFile(name, os.O_RDWR, 0)
	must(t, err)
	defer f.Close()
	must(t, change(f))
}

func onlyTemporary(t *testing.T, root *os.Root) string {
	t.Helper()
	found := ""
	for _, name := range names(t, root, ".") {
		if filecopy.IsTemporary(name) {
			found += name
		}
	}
	if strings.Count(found, ".brood") != 1 {
		t.Fatalf("temporaries %q; want one", found)
	}
	return found
}

// With Hash, a copy that looks done is compared. If it differs, it is copied again.
func TestVerifyWhatIsThere(t *testing.T) {
	contents := noise(2<<20 + 3)
	other := append(noise(2<<20+2), 'x')
	for _, tt := range []struct {
		name      string
		there     []byte
		overwrite filecopy.Overwrite
		want      filecopy.Result
	}{
		{"the same", contents, filecopy.Changed,
			filecopy.Result{Bytes: int64(len(contents)), Skipped: true, Digest: digestOf(contents)}},
		{"same size and time, other contents", other, filecopy.Changed,
			filecopy.Result{Bytes: int64(len(contents)), Method: filecopy.ReadWrite, Digest: digestOf(contents)}},
		{"other contents, never", other, filecopy.Never, filecopy.Result{Skipped: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newEnds(t)
			write(t, e.src, "f", contents, 0o640)
			write(t, e.dst, "f", tt.there, 0o640)
			opts := verified
			opts.Overwrite = tt.overwrite
			res, err := e.copy("f", opts)
			must(t, err)
			if !reflect.DeepEqual(res, tt.want) {
				t.Errorf("result %+v; want %+v", res, tt.want)
			}
			if tt.overwrite != filecopy.Never {
				e.wantCopied(t, "f")
			}
		})
	}
}

func TestCompare(t *testing.T) {
	contents := noise(2<<20 + 3)
	for _, tt := range []struct {
		name string
		dst  []byte
		same bool
	}{
		{"the same", contents, true},
		{"one bit", append([]byte{contents[0] ^ 1}, contents[1:]...), false},
		{"the last byte", append(contents[:len(contents)-1:len(contents)-1], contents[len(contents)-1]^1), false},
		{"shorter", contents[:2<<20], false},
		{"shorter by a byte", contents[:len(contents)-1], false},
		{"longer", append(contents[:len(contents):len(contents)], 0), false},
		{"empty", nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newEnds(t)
			write(t, e.src, "f", contents, 0o640)
			write(t, e.dst, "f", tt.dst, 0o600)
			sum, err := filecopy.Compare(context.Background(), e.src, e.dst, "f", verified)
			must(t, err)
			if want := map[bool]string{true: digestOf(contents)}[tt.same]; sum != want {
				t.Errorf("digest %q; want %q", sum, want)
			}
		})
	}
	t.Run("empty files", func(t *testing.T) {
		e := newEnds(t)
		write(t, e.src, "f", nil, 0o640)
		write(t, e.dst, "f", nil, 0o640)
		sum, err := filecopy.Compare(context.Background(), e.src, e.dst, "f", verified)
		if sum != digestOf(nil) || err != nil {
			t.Errorf("digest %q, %v", sum, err)
		}
	})
	t.Run("missing", func(t *testing.T) {
		e := newEnds(t)
		write(t, e.src, "f", nil, 0o640)
		_, err := filecopy.Compare(context.Background(), e.src, e.dst, "f", verified)
		wantError(t, err, fs.ErrNotExist, "stat: no such file or directory")
	})
}

// With Durable, progress counts only bytes on the medium, and the last byte only with the name.
func TestProgressOfADurableCopy(t *testing.T) {
	const size = 40 << 20
	e := newEnds(t)
	write(t, e.src, "f", noise(size), 0o640)
	var reported []int64
	res, err := e.copy("f", filecopy.Options{Durable: true, Progress: func(done int64) {
		reported = append(reported, done)
		_, err := e.dst.Lstat("f")
		if (done == size) != (err == nil) {
			t.Errorf("%d of %d bytes are done; stat of the name: %v", done, size, err)
		}
	}})
	must(t, err)
	e.wantCopied(t, "f")
	if len(reported) < 2 || reported[len(reported)-1] != size || res.Digest != "" {
		t.Errorf("progress %d, result %+v", reported, res)
	}
	if !slices.IsSorted(reported) {
		t.Errorf("progress went back: %d", reported)
	}
}
