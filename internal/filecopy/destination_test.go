package filecopy_test

import (
	"os"
	"runtime"
	"syscall"
	"testing"

	"brood/internal/filecopy"
)

func TestOverwrite(t *testing.T) {
	same := func(t *testing.T, e ends) { write(t, e.dst, "f", []byte("old"), 0o600) }
	older := func(t *testing.T, e ends) {
		same(t, e)
		must(t, e.dst.Chtimes("f", longAgo, longAgo.Add(-1)))
	}
	for _, tt := range []struct {
		name      string
		overwrite filecopy.Overwrite
		before    func(*testing.T, ends)
		skipped   bool
	}{
		{"changed, same", filecopy.Changed, same, true},
		{"changed, a nanosecond older", filecopy.Changed, older, false},
		{"the zero value means changed", "", same, true},
		{"always, same", filecopy.Always, same, false},
		{"never, older", filecopy.Never, older, true},
		{"never, missing", filecopy.Never, func(*testing.T, ends) {}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if runtime.GOOS == "windows" && tt.name == "changed, a nanosecond older" {
				t.Skip("windows: times are in 100 ns")
			}
			e := newEnds(t)
			write(t, e.src, "f", []byte("new"), 0o600)
			tt.before(t, e)
			res, err := e.copy("f", filecopy.Options{Overwrite: tt.overwrite})
			must(t, err)
			if res.Skipped != tt.skipped {
				t.Errorf("skipped: %v; want %v", res.Skipped, tt.skipped)
			}
			want := map[bool]string{true: "old", false: "new"}[tt.skipped]
			if got, err := e.dst.ReadFile("f"); string(got) != want {
				t.Errorf("destination holds %q, %v; want %q", got, err, want)
			}
			wantOnly(t, e.dst, ".", "f")
		})
	}
}

// With Never, a file that appears during the copy stays.
func TestNeverLeavesANewFile(t *testing.T) {
	e := newEnds(t)
	write(t, e.src, "f", []byte("new"), 0o600)
	res, err := e.copy("f", filecopy.Options{
		Overwrite: filecopy.Never,
		Progress:  func(int64) { write(t, e.dst, "f", []byte("mine"), 0o600) },
	})
	must(t, err)
	if !res.Skipped {
		t.Errorf("result %+v; want it skipped", res)
	}
	if got, _ := e.dst.ReadFile("f"); string(got) != "mine" {
		t.Errorf("destination holds %q", got)
	}
	wantOnly(t, e.dst, ".", "f")
}

func TestDirectoryAtDestination(t *testing.T) {
	for _, o := range []filecopy.Overwrite{filecopy.Changed, filecopy.Always, filecopy.Never} {
		t.Run(string(o), func(t *testing.T) {
			e := newEnds(t)
			write(t, e.src, "f", []byte("new"), 0o600)
			must(t, e.dst.Mkdir("f", 0o700))
			_, err := e.copy("f", filecopy.Options{Overwrite: o})
			wantError(t, err, syscall.EISDIR, "rename: is a directory")
			wantOnly(t, e.dst, ".", "f")
		})
	}
	t.Run("appearing during the copy", func(t *testing.T) {
		e := newEnds(t)
		write(t, e.src, "f", []byte("new"), 0o600)
		_, err := e.copy("f", filecopy.Options{Progress: func(int64) { _ = e.dst.Mkdir("f", 0o700) }})
		wantError(t, err, syscall.EISDIR, "rename: is a directory")
		wantOnly(t, e.dst, ".", "f")
	})
}

func TestSymlinkAtDestinationIsReplaced(t *testing.T) {
	for _, tt := range []struct{ name, target string }{
		{"to a file", "victim"},
		{"dangling", "nowhere"},
		{"out of the root", "/dev/null"},
		{"to itself", "f"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newEnds(t)
			write(t, e.src, "f", []byte("new"), 0o644)
			write(t, e.dst, "victim", []byte("untouched"), 0o600)
			must(t, e.dst.Symlink(tt.target, "f"))
			e.mustCopy(t, "f")
			if got, _ := e.dst.ReadFile("victim"); string(got) != "untouched" {
				t.Errorf("the copy was written through the link: %q", got)
			}
			wantOnly(t, e.dst, ".", "f", "victim")
		})
	}
}

func TestParentOutOfRootIsRefused(t *testing.T) {
	for _, tt := range []struct {
		name string
		end  func(ends) *os.Root
		text string
	}{
		{"destination", func(e ends) *os.Root { return e.dst }, "open folder: path escapes from parent"},
		{"source", func(e ends) *os.Root { return e.src }, "stat: path escapes from parent"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newEnds(t)
			outside := openRoot(t, t.TempDir())
			write(t, outside, "f", []byte("outside"), 0o600)
			for _, root := range []*os.Root{e.src, e.dst} {
				if root == tt.end(e) {
					must(t, root.Symlink(outside.Name(), "d"))
					continue
				}
				must(t, root.Mkdir("d", 0o700))
				write(t, root, "d/f", []byte("inside"), 0o600)
			}
			_, err := e.copy("d/f", filecopy.Options{Overwrite: filecopy.Always})
			wantError(t, err, nil, tt.text)
			if got, _ := outside.ReadFile("f"); string(got) != "outside" {
				t.Errorf("outside holds %q", got)
			}
			wantOnly(t, outside, ".", "f")
		})
	}
}

func TestReadOnlyDestinationFileIsReplaced(t *testing.T) {
	e := newEnds(t)
	write(t, e.src, "f", []byte("new"), 0o644)
	write(t, e.dst, "f", []byte("older"), 0o444)
	e.mustCopy(t, "f")
}

func TestSourceAsDestination(t *testing.T) {
	dir := t.TempDir()
	e := endsAt(t, dir, dir)
	write(t, e.src, "f", []byte("kept"), 0o644)
	_, err := e.copy("f", filecopy.Options{Overwrite: filecopy.Always})
	must(t, err)
	if got, _ := e.src.ReadFile("f"); string(got) != "kept" {
		t.Errorf("source holds %q", got)
	}
	wantOnly(t, e.src, ".", "f")
}
