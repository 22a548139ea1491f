package filecopy_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"brood/internal/filecopy"
)

func TestFileKeepsContentsModeAndTimes(t *testing.T) {
	for _, tt := range []struct {
		name string
		size int
		perm fs.FileMode
	}{
		{"empty", 0, 0o644},
		{"one byte", 1, 0o600},
		{"small", 4 << 10, 0o755},
		{"just under a block", 1<<20 - 1, 0o640},
		{"just over a block", 1<<20 + 1, 0o444},
		{"several pieces", 70 << 20, 0o664},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newEnds(t)
			write(t, e.src, "f", noise(tt.size), tt.perm)
			last := int64(0)
			res, err := e.copy("f", filecopy.Options{Progress: func(n int64) {
				if n <= last {
					t.Errorf("progress went from %d to %d", last, n)
				}
				last = n
			}})
			must(t, err)
			e.wantCopied(t, "f")
			if res.Bytes != int64(tt.size) || last != res.Bytes {
				t.Errorf("result %+v, last progress %d; want %d bytes", res, last, tt.size)
			}
			if (res.Method == "") != (tt.size == 0) {
				t.Errorf("method %q", res.Method)
			}
		})
	}
}

func TestNotARegularFile(t *testing.T) {
	e := newEnds(t)
	must(t, e.src.Mkdir("folder", 0o700))
	must(t, e.src.Symlink("folder", "link"))
	for _, tt := range []struct {
		name string
		is   error
		text string
	}{
		{"folder", nil, "open: not a regular file"},
		{"link", nil, "open: not a regular file"},
		{"missing", fs.ErrNotExist, "stat: no such file or directory"},
		{"folder/", nil, "open: not a regular file"},
		{"..", nil, "stat: path escapes from parent"},
		{"", nil, "stat: empty path"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := e.copy(tt.name, filecopy.Options{})
			wantError(t, err, tt.is, tt.text)
			wantOnly(t, e.dst, ".")
		})
	}
}

func TestSourceChangesMeanwhile(t *testing.T) {
	for _, tt := range []struct {
		name   string
		size   int
		change func(*os.Root) error
		text   string
	}{
		{"grows", 3 << 20, func(r *os.Root) error { return resize(r, 4<<20) }, "grew from 3145728 to 4194304 bytes"},
		{"shrinks", 3 << 20, func(r *os.Root) error { return resize(r, 5) }, "shrank from 3145728 to 5 bytes"},
		{"small, grows", 3, func(r *os.Root) error { return resize(r, 4) }, "grew from 3 to 4 bytes"},
		{"small, is emptied", 3, func(r *os.Root) error { return resize(r, 0) }, "shrank from 3 to 0 bytes"},
		{"is written to", 3, func(r *os.Root) error { return r.Chtimes("f", longAgo, time.Now()) }, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newEnds(t)
			write(t, e.src, "f", noise(tt.size), 0o644)
			_, err := e.copy("f", filecopy.Options{Progress: func(int64) { must(t, tt.change(e.src)) }})
			want := "changed while it was copied"
			if tt.text != "" {
				want += ": " + tt.text
			}
			wantError(t, err, nil, want)
			wantOnly(t, e.dst, ".")
		})
	}
}

func TestCancel(t *testing.T) {
	for _, tt := range []struct {
		name string
		size int
	}{{"small", 4 << 10}, {"large", 70 << 20}} {
		t.Run(tt.name, func(t *testing.T) {
			e := newEnds(t)
			write(t, e.src, "f", noise(tt.size), 0o644)
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			calls := 0
			opts := filecopy.Options{Progress: func(int64) { calls++; cancel() }}
			_, err := filecopy.File(ctx, e.src, e.dst, "f", opts)
			if !errors.Is(err, context.Canceled) || calls != 1 {
				t.Errorf("error %v after %d blocks", err, calls)
			}
			wantOnly(t, e.dst, ".")
			_, err = filecopy.File(ctx, e.src, e.dst, "f", filecopy.Options{})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("error of a copy cancelled before it began: %v", err)
			}
		})
	}
}

func TestNames(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("linux only: names are bytes there")
	}
	long := strings.Repeat("n", 255)
	for _, tt := range []struct{ name, file string }{
		{"newline", "a\nb"},
		{"escape", "\x1b[2J"},
		{"invalid UTF-8", "\xff\xfe"},
		{"leading dash", "-rf"},
		{"leading dot", ".hidden"},
		{"backslash", `a\b`},
		{"255 bytes", long},
		{"255 bytes of two each", strings.Repeat("é", 127) + "x"},
		{"255 bytes, invalid UTF-8", strings.Repeat("\xbf", 255)},
		{"15 folders of 255 bytes", strings.Repeat(long+"/", 15) + long},
		{"4,000 bytes of short folders", strings.Repeat("abcdefg/", 499) + "abcdefgh"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newEnds(t)
			if dir := filepath.Dir(tt.file); dir != "." {
				must(t, e.src.MkdirAll(dir, 0o755))
			}
			write(t, e.src, tt.file, noise(10), 0o644)
			e.mustCopy(t, tt.file)
			must(t, e.folder(filepath.Dir(tt.file)))
		})
	}
}

func TestParseOverwrite(t *testing.T) {
	for _, s := range []string{"changed", "always", "never"} {
		if o, err := filecopy.ParseOverwrite(s); string(o) != s || err != nil {
			t.Errorf("%q: %q, %v", s, o, err)
		}
	}
	_, err := filecopy.ParseOverwrite("x")
	wantError(t, err, nil, `overwrite "x": want changed, always or never`)
}

func resize(root *os.Root, size int64) error {
	f, err := root.OpenFile("f", os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Truncate(size)
}

// wantError compares the text of the error. Unless is is nil, the error must wrap it.
func wantError(t *testing.T, err, is error, text string) {
	t.Helper()
	if err == nil || err.Error() != text {
		t.Errorf("error %v; want %s", err, text)
	}
	if is != nil && !errors.Is(err, is) {
		t.Errorf("error %v does not wrap %v", err, is)
	}
}
