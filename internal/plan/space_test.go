//go:build unix

package plan_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"

	"brood/internal/filecopy"
	"brood/internal/plan"
)

const kib, mib, gib = 1 << 10, 1 << 20, 1 << 30

// fill makes a file of this size without holes, and syncs it.
func fill(t testing.TB, name string, size int) {
	t.Helper()
	file, err := os.Create(name)
	must(t, err)
	defer file.Close()
	_, err = file.WriteString(strings.Repeat("x", size))
	must(t, err)
	must(t, file.Sync()) // before that, btrfs does not count its blocks
}

func needs(ctx context.Context, tree plan.Tree, opts plan.Options) (plan.Room, error) {
	work, _, err := plan.Measure(ctx, tree, opts, plan.Question{Work: true})
	return work.Needs, err
}

// Measure counts the bytes to allocate and the new names.
func TestNeeds(t *testing.T) {
	src := t.TempDir()
	makeTree(t, src, "in/", "in/l -> anything", "empty/", "in/"+leftover(t, "f"), "none.txt")
	must(t, os.Truncate(src+"/none.txt", 0))
	fill(t, src+"/one.txt", 1)
	fill(t, src+"/in/big", 40*kib+1)
	hardLink(t, src, "in/big", "in/big2")
	must(t, syscall.Mkfifo(src+"/pipe", 0o600))
	must(t, os.WriteFile(src+"/sparse", nil, 0o644))
	must(t, os.Truncate(src+"/sparse", gib))
	file, err := os.OpenFile(src+"/sparse", os.O_WRONLY, 0)
	must(t, err)
	_, err = file.WriteAt([]byte(strings.Repeat("x", 64*kib)), gib/2)
	must(t, err)
	must(t, file.Sync())
	must(t, file.Close())

	const one, big, sparse = 4 * kib, 44 * kib, 64 * kib
	for name, row := range map[string]struct {
		opts plan.Options
		dest func(t *testing.T, dst string)
		want plan.Room
	}{
		"nothing there": {want: plan.Room{Bytes: one + 2*big + sparse, Inodes: 9}},
		"an archive":    {opts: plan.Options{Archive: true}, want: plan.Room{Bytes: one + big + sparse, Inodes: 9}},
		"folders there": {dest: func(t *testing.T, dst string) { makeTree(t, dst, "in/") },
			want: plan.Room{Bytes: one + 2*big + sparse, Inodes: 7}},
		"some done": {dest: func(t *testing.T, dst string) { copied(t, src, dst, "sparse", "in/big") },
			want: plan.Room{Bytes: one + big, Inodes: 5}},
		"some done, to be verified": {opts: plan.Options{Recheck: true},
			dest: func(t *testing.T, dst string) { copied(t, src, dst, "sparse", "in/big") },
			want: plan.Room{Bytes: one + big, Inodes: 5}},
		"a smaller one replaced": {dest: func(t *testing.T, dst string) {
			makeTree(t, dst, "in/")
			fill(t, dst+"/in/big", 8*kib)
		}, want: plan.Room{Bytes: one + 2*big + sparse - 8*kib, Inodes: 6}},
		"a much bigger one replaced": {dest: func(t *testing.T, dst string) { fill(t, dst+"/one.txt", mib) },
			want: plan.Room{Bytes: 0, Inodes: 7}},
		"one of two names replaced": {opts: plan.Options{Include: []string{"one.txt", "sparse"}},
			dest: func(t *testing.T, dst string) {
				fill(t, dst+"/one.txt", 8*kib)
				hardLink(t, dst, "one.txt", "other")
			}, want: plan.Room{Bytes: one + sparse - 4*kib, Inodes: 1}},
		"a folder where a file goes": {dest: func(t *testing.T, dst string) { makeTree(t, dst, "one.txt/") },
			want: plan.Room{Bytes: one + 2*big + sparse, Inodes: 7}},
		"never": {opts: plan.Options{Overwrite: filecopy.Never}, dest: func(t *testing.T, dst string) {
			makeTree(t, dst, "in/")
			fill(t, dst+"/in/l", mib)
			fill(t, dst+"/one.txt", mib)
		}, want: plan.Room{Bytes: 2*big + sparse, Inodes: 5}},
		"always": {opts: plan.Options{Overwrite: filecopy.Always, Include: []string{"one.txt"}},
			dest: func(t *testing.T, dst string) { copied(t, src, dst, "one.txt") },
			want: plan.Room{}},
		"include":       {opts: plan.Options{Include: []string{"*.txt"}}, want: plan.Room{Bytes: one, Inodes: 3}},
		"include below": {opts: plan.Options{Include: []string{"big"}}, want: plan.Room{Bytes: big, Inodes: 3}},
		"exclude": {opts: plan.Options{Exclude: []string{"in"}},
			want: plan.Room{Bytes: one + sparse, Inodes: 5}},
		"only": {opts: plan.Options{Only: onlyThese(t, "one.txt", "gone")},
			want: plan.Room{Bytes: one, Inodes: 2}},
	} {
		t.Run(name, func(t *testing.T) {
			dst := t.TempDir() + "/dst"
			if row.dest != nil {
				must(t, os.Mkdir(dst, 0o755))
				row.dest(t, dst)
			}
			got, err := needs(t.Context(), plan.Tree{Source: src, Dest: dst}, row.opts)
			must(t, err)
			if got != row.want {
				t.Errorf("needs %+v, want %+v", got, row.want)
			}
		})
	}
	t.Run("one file", func(t *testing.T) {
		got, err := needs(t.Context(), plan.Tree{Source: src + "/in", Dest: src + "/none", Names: []string{"big"}},
			plan.Options{Archive: true})
		must(t, err)
		if want := (plan.Room{Bytes: big, Inodes: 1}); got != want {
			t.Errorf("needs %+v, want %+v", got, want)
		}
	})
}

func onlyThese(t *testing.T, names ...string) *plan.Only {
	t.Helper()
	var text string
	for _, name := range names {
		text += record(t, failed(name))
	}
	only, err := plan.Failed(strings.NewReader(text))
	must(t, err)
	return only
}

// Measure ends when its context is done.
func TestNeedsEnds(t *testing.T) {
	src := t.TempDir()
	makeTree(t, src, "a/b/c")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	tree := plan.Tree{Source: src, Dest: src + "/none"}
	if _, err := needs(ctx, tree, plan.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want %v", err, context.Canceled)
	}
	tree.Source = src + "/gone"
	if _, err := needs(t.Context(), tree, plan.Options{}); err == nil {
		t.Error("Measure returned no error without a source")
	}
}
