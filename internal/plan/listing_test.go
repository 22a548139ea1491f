package plan_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"brood/internal/event"
	"brood/internal/plan"
)

// listing reads a list of names that end with zero bytes.
func listing(t *testing.T, names ...string) *plan.Listing {
	t.Helper()
	l, err := plan.ReadListing(strings.NewReader(strings.Join(names, "\x00")), true)
	must(t, err)
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// Names may hold any byte. Each is taken once, and what is in a folder of the list, too.
func TestListing(t *testing.T) {
	src := t.TempDir()
	makeTree(t, src, "new\nline/\xff\xfe", "new\nline/b", "a/b/c", "a/b/d", "a/b-c", "a-b/e", "a.b", "z/not", "w/x/y")
	l := listing(t, "./new\nline/\xff\xfe", "a.b", "a/b/c", "w", "a-b/e", "", "a/b-c", "w/x", "w/x/y",
		"a/b/d", "a/b/c", "gone/f")
	tree := plan.Tree{Source: src, Dest: src + "/none"}
	batches, seen := runAll(t, tree, plan.Options{Listing: l})
	files, folders := filesAndRest(batches)
	want := []string{"a-b/e", "a.b", "a/b-c", "a/b/c", "a/b/d", "new\nline/\xff\xfe", "w/x/y"}
	if !slices.Equal(files, want) {
		t.Errorf("files %q, want %q", files, want)
	}
	if want := []string{".", "a", "a-b", "a/b", "new\nline", "w", "w/x"}; !slices.Equal(folders, want) {
		t.Errorf("folders %q, want %q", folders, want)
	}
	if failed := seen.of(event.Failed); len(failed) != 1 || failed[0] != "gone/f: stat: no such file or directory" {
		t.Errorf("failed %q", failed)
	}
	work, _, err := plan.Measure(t.Context(), tree, plan.Options{Listing: l}, plan.Question{Work: true})
	must(t, err)
	if work.Files != 7 || work.Needs.Inodes != 14 {
		t.Errorf("measured %+v", work)
	}
}

// A list of many names in any order takes little memory, and is taken whole.
func TestLongListing(t *testing.T) {
	src := t.TempDir()
	makeTree(t, src, "f99999", "d/f00000", "d/sub/f54321")
	const n = 300_000
	pad := strings.Repeat("long/", 40) // 60 MB in all
	read := 0
	order := rand.New(rand.NewPCG(1, 2)).Perm(n)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	l, err := plan.ReadListing(generated(func() string {
		if read == n {
			return ""
		}
		i := order[read]
		read++
		switch i {
		case 7:
			return "f99999\n"
		case n - 1:
			return "d/sub/f54321\nf99999\nd/f00000\n"
		}
		return fmt.Sprintf("%s%d\n", pad, i)
	}), false)
	must(t, err)
	defer l.Close()
	runtime.GC()
	runtime.ReadMemStats(&after)
	if held := int64(after.HeapAlloc) - int64(before.HeapAlloc); held > 16<<20 {
		t.Errorf("the list holds %d bytes of memory", held)
	}
	opts := plan.Options{Listing: l, Exclude: []string{"long"}}
	for range 2 { // it is walked as often as needed
		batches, seen := runAll(t, plan.Tree{Source: src, Dest: src + "/none"}, opts)
		files, folders := filesAndRest(batches)
		if !slices.Equal(files, []string{"d/f00000", "d/sub/f54321", "f99999"}) ||
			!slices.Equal(folders, []string{".", "d", "d/sub"}) || len(seen.all) > 0 {
			t.Errorf("files %q, folders %q, %d events", files, folders, len(seen.all))
		}
	}
}

// generated is a reader of what the function returns, until that is "".
type generator struct {
	next func() string
	rest string
}

func generated(next func() string) *generator { return &generator{next: next} }

func (g *generator) Read(b []byte) (int, error) {
	if g.rest == "" {
		g.rest = g.next()
	}
	if g.rest == "" {
		return 0, io.EOF
	}
	n := copy(b, g.rest)
	g.rest = g.rest[n:]
	return n, nil
}
