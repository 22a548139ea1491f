//go:build unix

package plan_test

import (
	"context"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"

	"brood/internal/event"
	"brood/internal/filecopy"
	"brood/internal/plan"
)

// hardLink gives a file in dir more names.
func hardLink(t testing.TB, dir, file string, names ...string) {
	t.Helper()
	for _, name := range names {
		must(t, os.Link(dir+"/"+file, dir+"/"+name))
	}
}

// linked returns the hard links in the batches as NAME=FIRST, in alphabetical order, and the
// other batches.
func linked(batches []plan.Batch) (links []string, others []plan.Batch) {
	for _, batch := range batches {
		if len(batch.Firsts) == 0 {
			others = append(others, batch)
		}
		for n, to := range batch.Firsts {
			links = append(links, batch.Items[n]+"="+to)
		}
	}
	slices.Sort(links)
	return links, others
}

// The first name of a file that needs a copy is copied, and the others become links to it.
func TestHardLinks(t *testing.T) {
	for name, row := range map[string]struct {
		opts    plan.Options
		dest    func(t *testing.T, src, dst string)
		want    string // files + what the lane has + hard links
		skipped string
	}{
		"nothing there": {opts: plan.Options{Archive: true}, want: "a/f + . a a/l b + b/f=a/f b/l=a/l f=a/f"},
		"none are kept": {opts: plan.Options{}, want: "a/f b/f f + . a a/l b b/l +"},
		"the first is not wanted": {opts: plan.Options{Archive: true, Exclude: []string{"a"}},
			want: "b/f + . b b/l + f=b/f"},
		"only one is wanted": {opts: plan.Options{Archive: true, Include: []string{"/f"}}, want: "f + . +"},
		"all there": {opts: plan.Options{Archive: true}, dest: func(t *testing.T, src, dst string) {
			copied(t, src, dst, "a/f")
			hardLink(t, dst, "a/f", "b/f", "f")
		}, want: "+ . a a/l b + b/l=a/l", skipped: "a/f b/f f"},
		"all there, to be verified": {opts: plan.Options{Archive: true, Recheck: true},
			dest: func(t *testing.T, src, dst string) {
				copied(t, src, dst, "a/f")
				hardLink(t, dst, "a/f", "b/f", "f")
			}, want: "a/f + . a a/l b + b/f=a/f b/l=a/l f=a/f"},
		"equal copies there": {opts: plan.Options{Archive: true}, dest: func(t *testing.T, src, dst string) {
			copied(t, src, dst, "a/f", "b/f")
		}, want: "+ . a a/l b + b/f=a/f b/l=a/l f=a/f", skipped: "a/f"},
		"all there, but old": {opts: plan.Options{Archive: true}, dest: func(t *testing.T, src, dst string) {
			makeTree(t, dst, "a/f")
			hardLink(t, dst, "a/f", "b/f", "f")
		}, want: "a/f + . a a/l b + b/f=a/f b/l=a/l f=a/f"},
		"always": {opts: plan.Options{Archive: true, Overwrite: filecopy.Always},
			dest: func(t *testing.T, src, dst string) {
				copied(t, src, dst, "a/f")
				hardLink(t, dst, "a/f", "b/f", "f")
			}, want: "a/f + . a a/l b + b/f=a/f b/l=a/l f=a/f"},
		"never, one there": {opts: plan.Options{Archive: true, Overwrite: filecopy.Never},
			dest: func(t *testing.T, src, dst string) {
				makeTree(t, dst, "b/f")
			}, want: "a/f + . a a/l b + b/l=a/l f=a/f", skipped: "b/f"},
		"never, the first there": {opts: plan.Options{Archive: true, Overwrite: filecopy.Never},
			dest: func(t *testing.T, src, dst string) {
				copied(t, src, dst, "a/f")
			}, want: "+ . a a/l b + b/f=a/f b/l=a/l f=a/f", skipped: "a/f"},
		"never, another one there": {opts: plan.Options{Archive: true, Overwrite: filecopy.Never},
			dest: func(t *testing.T, src, dst string) {
				makeTree(t, dst, "a/f", "a/l")
			}, want: "b/f + . a a/l b b/l + f=b/f", skipped: "a/f"},
	} {
		t.Run(name, func(t *testing.T) {
			src, dst := t.TempDir(), t.TempDir()
			makeTree(t, src, "a/f", "a/l -> anything", "b/")
			hardLink(t, src, "a/f", "b/f", "f")
			hardLink(t, src, "a/l", "b/l")
			makeTree(t, dst, "a/", "b/")
			if row.dest != nil {
				row.dest(t, src, dst)
			}
			testHardLinks(t, src, dst, row.opts, row.want, row.skipped)
			row.opts.Guided = true
			testHardLinks(t, src, dst, row.opts, row.want, row.skipped)
		})
	}
}

func testHardLinks(t *testing.T, src, dst string, opts plan.Options, want, wantSkipped string) {
	t.Helper()
	batches, seen := runAll(t, plan.Tree{Source: src, Dest: dst}, opts)
	links, others := linked(batches)
	files, rest := filesAndRest(others)
	got := strings.TrimSpace(strings.Join(files, " ")+" + "+strings.Join(rest, " ")) + " + " + strings.Join(links, " ")
	if got = strings.TrimSpace(got); got != want {
		t.Errorf("guided %v: got  %s\nwant %s", opts.Guided, got, want)
	}
	var skipped []string
	for _, s := range seen.of(event.Skipped) {
		skipped = append(skipped, strings.Split(s, ":")[0])
	}
	if got := strings.Join(skipped, " "); got != wantSkipped {
		t.Errorf("guided %v: skipped %q, want %q", opts.Guided, got, wantSkipped)
	}
}

// copied makes copies that are done by their size and time.
func copied(t *testing.T, src, dst string, names ...string) {
	t.Helper()
	for _, name := range names {
		info, err := os.Stat(src + "/" + name)
		must(t, err)
		makeTree(t, dst, name)
		must(t, os.Truncate(dst+"/"+name, info.Size()))
		must(t, os.Chtimes(dst+"/"+name, info.ModTime(), info.ModTime()))
	}
}

// The single file of a tree is copied, even if it has other names.
func TestOneFileOfSeveralNames(t *testing.T) {
	dir := t.TempDir()
	makeTree(t, dir, "f")
	hardLink(t, dir, "f", "g")
	batches, _ := runAll(t, plan.Tree{Source: dir, Dest: dir + "/none", Names: []string{"g"}}, plan.Options{Archive: true})
	if files, rest := filesAndRest(batches); !slices.Equal(files, []string{"g"}) || len(rest) > 0 {
		t.Errorf("files %q and %q; want g", files, rest)
	}
}

// A link comes after its first name is done, and its folder after the link is done.
func TestLinkWaits(t *testing.T) {
	dir := t.TempDir()
	makeTree(t, dir, "a", "b/", "c")
	hardLink(t, dir, "a", "b/f", "b/g")
	synctest.Test(t, func(t *testing.T) {
		p, err := plan.Start(context.Background(), plan.Tree{Source: dir, Dest: dir + "/none"},
			plan.Options{PerChild: 1, Archive: true}, noEvents(t))
		must(t, err)
		var batches []plan.Batch
		wantBatch := func(want string) {
			t.Helper()
			batch, _, _ := tryTake(p)
			if got := fmt.Sprint(batch.Items, batch.Firsts); got != want {
				t.Fatalf("batch %s, want %s", got, want)
			}
			batches = append(batches, batch)
		}
		wantBatch("[a] []")
		wantBatch("[c] []")
		p.Done(batches[1])
		wantBatch("[] []") // no batch is ready
		p.Done(batches[0])
		wantBatch("[b/f b/g] [a a]")
		wantBatch("[] []")
		p.Done(batches[3])
		wantBatch("[b .] []")
		p.Done(batches[5])
		p.Wait()
	})
}

// The walk forgets a file when it has met all of its names. A name that is added after that is
// copied as a file.
func TestForgotten(t *testing.T) {
	dir := t.TempDir()
	makeTree(t, dir, "a", "b", "c/"+leftover(t, "f"), "d/")
	hardLink(t, dir, "a", "a2")
	hardLink(t, dir, "b", "d/b")
	p, err := plan.Start(t.Context(), plan.Tree{Source: dir, Dest: dir + "/none"},
		plan.Options{PerChild: 1, Archive: true}, func(event.Event) {
			hardLink(t, dir, "a", "d/a")
			hardLink(t, dir, "b", "d/b2")
		})
	must(t, err)
	var batches []plan.Batch
	for batch := range p.Batches() {
		batches = append(batches, batch)
		p.Done(batch)
	}
	p.Wait()
	links, others := linked(batches)
	files, _ := filesAndRest(others)
	want := [2][]string{{"a", "b", "d/a", "d/b2"}, {"a2=a", "d/b=b"}}
	if got := [2][]string{files, links}; !reflect.DeepEqual(got, want) {
		t.Errorf("files and links %q, want %q", got, want)
	}
}

// An archive copies named pipes and devices, with all their names.
func TestNodes(t *testing.T) {
	t.Chdir(t.TempDir())
	makeTree(t, ".", "src/f", "src/in/")
	must(t, syscall.Mkfifo("src/pipe", 0o600))
	hardLink(t, "src", "pipe", "zpipe", "in/pipe")
	want := []string{".", "in", "in/pipe"}
	if os.Geteuid() == 0 {
		must(t, syscall.Mknod("src/null", syscall.S_IFCHR|0o600, 1<<8|3))
		want = append(want, "null")
	}
	batches, seen := runAll(t, plan.Tree{Source: "src", Dest: "none"}, plan.Options{Archive: true})
	links, others := linked(batches)
	if _, rest := filesAndRest(others); !slices.Equal(rest, want) {
		t.Errorf("folders and nodes %q, want %q", rest, want)
	}
	if want := []string{"pipe=in/pipe", "zpipe=in/pipe"}; !slices.Equal(links, want) {
		t.Errorf("links %q, want %q", links, want)
	}
	if len(seen.all) > 0 {
		t.Errorf("events %v, want none", seen.all)
	}
}
