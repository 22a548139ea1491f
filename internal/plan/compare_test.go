//go:build unix

package plan_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"

	"brood/internal/event"
	"brood/internal/plan"
)

// compareAll takes all batches of a comparison.
func compareAll(t *testing.T, tree plan.Tree, opts plan.Options) ([]plan.Batch, *events) {
	t.Helper()
	opts.PerChild = max(opts.PerChild, 1)
	var seen events
	p, err := plan.StartCompare(context.Background(), tree, opts, seen.emit)
	must(t, err)
	var batches []plan.Batch
	for batch := range p.Batches() {
		batches = append(batches, batch)
		p.Done(batch)
	}
	p.Wait()
	return batches, &seen
}

func TestCompare(t *testing.T) {
	for name, row := range map[string]struct {
		src, dst []string
		opts     plan.Options
		batches  string
		differs  string // NAME: REASON, …
		skipped  string
	}{
		"nothing": {},
		"files": {src: []string{"a", "x/b", "x/y/c"}, dst: []string{"a", "x/b", "x/y/c"},
			batches: "a x/b x/y/c"},
		"missing": {src: []string{"a", "b", "x/c", "l -> a"}, dst: []string{"a", "x/"}, batches: "a",
			differs: "b: missing, l: missing, x/c: missing"},
		"extra": {src: []string{"a", "x/"}, dst: []string{"a", "b", "x/c", "l -> a"}, batches: "a",
			differs: "b: extra, l: extra, x/c: extra"},
		"folders": {src: []string{"s/a", "s/x/b"}, dst: []string{"d/a", "d/x/b"},
			differs: "d: extra, s: missing"},
		"empty folder": {src: []string{"s/"}, dst: []string{"d/"}, differs: "d: extra, s: missing"},
		"other size":   {src: []string{"a"}, dst: []string{"b", "a", "a=longer"}, differs: "a: other size, b: extra"},
		"links": {src: []string{"l -> a", "m -> a", "n -> \xff"},
			dst: []string{"l -> a", "m -> ./a", "n -> \xfe"}, differs: "m: other target, n: other target"},
		"other kinds": {src: []string{"a", "b", "c/d", "e/", "f -> x", "g -> c"},
			dst:     []string{"a -> a", "b/c", "c", "e -> c", "f", "g/d"},
			differs: "a: other kind, b: other kind, c: other kind, e: other kind, f: other kind, g: other kind"},
		"leftovers": {src: []string{leftover(t, "s"), leftover(t, "b")},
			dst:     []string{leftover(t, "d"), leftover(t, "b"), "x/"},
			differs: ".b.01234567.brood: extra, .d.01234567.brood: extra, x: extra",
			skipped: ".b.01234567.brood: leftover of an interrupted copy, " +
				".s.01234567.brood: leftover of an interrupted copy"},
		"pipes": {src: []string{"p|", "q|", "r|", "s"}, dst: []string{"p|", "r", "s|", "t|"},
			differs: "q: missing, r: other kind, s: other kind, t: extra"},

		"excluded on both sides": {src: []string{"a", "s.txt", "x/b"}, dst: []string{"a", "d.txt", "x/c"},
			opts: plan.Options{Exclude: []string{"*.txt", "x"}}, batches: "a"},
		"included on both sides": {src: []string{"a.txt", "s", "s.txt"}, dst: []string{"a.txt", "d", "d.txt"},
			opts:    plan.Options{Include: []string{"*.txt"}},
			batches: "a.txt", differs: "d.txt: extra, s.txt: missing"},
		"included in folders": {src: []string{"s/x/a.txt", "s/b", "t/c", "u/"},
			dst: []string{"d/x/a.txt", "d/b", "e/c"}, opts: plan.Options{Include: []string{"*.txt"}},
			differs: "d/x/a.txt: extra, s/x/a.txt: missing"},
		"included in a folder that is a file there": {src: []string{"s", "x/a.txt"}, dst: []string{"s/a.txt", "x"},
			opts:    plan.Options{Include: []string{"*.txt"}},
			differs: "s/a.txt: extra, x: other kind"},
	} {
		t.Run(name, func(t *testing.T) {
			src, dst := t.TempDir(), t.TempDir()
			makeSide(t, src, row.src)
			makeSide(t, dst, row.dst)
			batches, seen := compareAll(t, plan.Tree{Source: src, Dest: dst}, row.opts)
			files, rest := filesAndRest(batches)
			if got := strings.Join(files, " "); got != row.batches || len(rest) > 0 {
				t.Errorf("files %q and %q, want %q and no folders", got, rest, row.batches)
			}
			for kind, want := range map[event.Kind]string{event.Differs: row.differs, event.Skipped: row.skipped,
				event.Failed: ""} {
				if got := strings.Join(seen.of(kind), ", "); got != want {
					t.Errorf("%s: %s\nwant %s", kind, got, want)
				}
			}
		})
	}
}

// makeSide is makeTree with two more forms: NAME| is a named pipe, NAME=CONTENTS a file.
func makeSide(t *testing.T, dir string, names []string) {
	t.Helper()
	for _, name := range names {
		base, isPipe := strings.CutSuffix(name, "|")
		file, contents, isFile := strings.Cut(name, "=")
		switch {
		case isPipe:
			must(t, syscall.Mkfifo(dir+"/"+base, 0o600))
		case isFile:
			must(t, os.WriteFile(dir+"/"+file, []byte(contents), 0o644))
		default:
			makeTree(t, dir, name)
		}
	}
}

// A missing socket is no difference, since no copy has one; another kind in its place is.
func TestCompareSockets(t *testing.T) {
	t.Chdir(t.TempDir()) // the name of a socket is short
	makeTree(t, ".", "s/", "d/b")
	for _, name := range []string{"s/a", "s/b", "s/c", "d/c", "d/d"} {
		socket, err := net.Listen("unix", name)
		must(t, err)
		defer socket.Close()
	}
	_, seen := compareAll(t, plan.Tree{Source: "s", Dest: "d"}, plan.Options{})
	if got, want := seen.of(event.Differs), []string{"b: other kind", "d: extra"}; !slices.Equal(got, want) {
		t.Errorf("differ %q, want %q", got, want)
	}
	if got, want := seen.of(event.Skipped), []string{"a: socket"}; !slices.Equal(got, want) {
		t.Errorf("skipped %q, want %q", got, want)
	}
}

// Devices with different numbers are of different kinds.
func TestCompareDevices(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root: mknod")
	}
	src, dst := t.TempDir(), t.TempDir()
	const null, zero = 1<<8 | 3, 1<<8 | 5
	must(t, syscall.Mknod(src+"/a", syscall.S_IFCHR|0o600, null))
	must(t, syscall.Mknod(dst+"/a", syscall.S_IFCHR|0o600, null))
	must(t, syscall.Mknod(src+"/b", syscall.S_IFCHR|0o600, null))
	must(t, syscall.Mknod(dst+"/b", syscall.S_IFCHR|0o600, zero))
	must(t, syscall.Mknod(src+"/c", syscall.S_IFCHR|0o600, 7<<8))
	must(t, syscall.Mknod(dst+"/c", syscall.S_IFBLK|0o600, 7<<8))
	_, seen := compareAll(t, plan.Tree{Source: src, Dest: dst}, plan.Options{})
	if got, want := seen.of(event.Differs), []string{"b: other kind", "c: other kind"}; !slices.Equal(got, want) {
		t.Errorf("differ %q, want %q", got, want)
	}
}

func TestCompareOneFile(t *testing.T) {
	dir := t.TempDir()
	makeTree(t, dir, "src/f", "src/g", "src/other", "dst/f", "dst/g", "dst/extra")
	must(t, os.WriteFile(dir+"/dst/g", nil, 0o644))
	for file, want := range map[string]string{"f": `["f"] []`, "g": `[] ["g: other size"]`,
		"other": `[] ["other: missing"]`} {
		batches, seen := compareAll(t, plan.Tree{Source: dir + "/src", Dest: dir + "/dst", Names: []string{file}}, plan.Options{})
		files, _ := filesAndRest(batches)
		if got := fmt.Sprintf("%q %q", files, seen.of(event.Differs)); got != want {
			t.Errorf("%s: %s, want %s", file, got, want)
		}
	}
	_, seen := compareAll(t, plan.Tree{Source: dir + "/src", Dest: dir + "/dst", Names: []string{"gone"}}, plan.Options{})
	want := []string{"gone: stat: no such file or directory"}
	if got := seen.of(event.Failed); !slices.Equal(got, want) {
		t.Errorf("failed %q, want %q", got, want)
	}
}

// The batches of a comparison have PerChild files, too.
func TestCompareBatches(t *testing.T) {
	src, dst := t.TempDir(), t.TempDir()
	names := []string{"1", "2", "3/33", "4", "5"}
	makeTree(t, src, names...)
	makeTree(t, dst, names...)
	batches, _ := compareAll(t, plan.Tree{Source: src, Dest: dst}, plan.Options{PerChild: 2})
	var got []string
	for _, batch := range batches {
		got = append(got, fmt.Sprintf("%q %d", batch.Items, batch.Bytes))
	}
	if want := `["1" "2"] 2, ["3/33" "4"] 5, ["5"] 1`; strings.Join(got, ", ") != want {
		t.Errorf("batches %s, want %s", got, want)
	}
}

// With Guided, big files are alone, and small ones share a batch, also those of different folders.
func TestCompareGuided(t *testing.T) {
	dir := t.TempDir()
	for _, side := range []string{"src/", "dst/"} {
		for n := range 40 {
			makeTree(t, dir, fmt.Sprintf("%sa/%02d", side, n), fmt.Sprintf("%sb/%02d", side, n))
		}
		for name, size := range map[string]int64{"a/big": 16 << 20, "b/bigger": 17 << 20} {
			makeTree(t, dir, side+name)
			must(t, os.Truncate(dir+"/"+side+name, size)) // a hole
		}
	}
	batches, _ := compareAll(t, plan.Tree{Source: dir + "/src", Dest: dir + "/dst"},
		plan.Options{Guided: true, Slots: 2})
	var sizes []int
	for _, batch := range batches {
		if sizes = append(sizes, len(batch.Items)); batch.Bytes >= 16<<20 && len(batch.Items) > 1 {
			t.Errorf("batch %q has a big file and others", batch.Items)
		}
	}
	slices.Sort(sizes)
	if want := []int{1, 1, 16, 64}; !slices.Equal(sizes, want) {
		t.Errorf("batches of %d files, want %d", sizes, want)
	}
}

// A name that cannot be read is a failure, and the comparison goes on.
func TestCompareUnreadable(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("platform: root reads what nobody may")
	}
	src, dst := t.TempDir(), t.TempDir()
	makeTree(t, src, "a", "s/x", "d/x")
	makeTree(t, dst, "a", "s/x", "d/x")
	for name, mode := range map[string]os.FileMode{src + "/s": 0, dst + "/d": 0} {
		must(t, os.Chmod(name, mode))
		t.Cleanup(func() { _ = os.Chmod(name, 0o755) })
	}
	batches, seen := compareAll(t, plan.Tree{Source: src, Dest: dst}, plan.Options{})
	if files, _ := filesAndRest(batches); !slices.Equal(files, []string{"a"}) {
		t.Errorf("files %q, want a", files)
	}
	want := []string{
		"d/x: stat at the destination: permission denied", "d: read folder at the destination: permission denied",
		"s: read folder: permission denied"}
	if got := seen.of(event.Failed); !slices.Equal(got, want) {
		t.Errorf("failed %q, want %q", got, want)
	}
}

// If nobody takes batches, the walk of a comparison waits, and ends when it is cancelled.
func TestCompareBounds(t *testing.T) {
	src, dst := t.TempDir(), t.TempDir()
	for n := range 1000 {
		makeTree(t, src, fmt.Sprintf("%04d", n), fmt.Sprintf("%04d.missing", n))
		makeTree(t, dst, fmt.Sprintf("%04d", n))
	}
	synctest.Test(t, func(t *testing.T) {
		var seen atomic.Int64
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		p, err := plan.StartCompare(ctx, plan.Tree{Source: src, Dest: dst}, plan.Options{PerChild: 1},
			func(event.Event) { seen.Add(1) })
		must(t, err)
		synctest.Wait()
		if got := seen.Load(); got == 0 || got > 300 {
			t.Errorf("the walk has seen %d of 1000 missing files, want 1 to 300", got)
		}
		cancel()
		p.Wait()
	})
}
