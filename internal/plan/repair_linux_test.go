package plan_test

import (
	"os"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"brood/internal/event"
	"brood/internal/plan"
)

// With Archive a copy that lacks an attribute gets a child, which copies no bytes. Without
// Archive the plan reads no attributes.
func TestAttributesAreCompared(t *testing.T) {
	src, dst := t.TempDir(), t.TempDir()
	makeTree(t, src, "a", "in/b", "in/c", "in/d")
	makeTree(t, dst, "a", "in/b", "in/c", "in/d")
	long := time.Unix(1e9, 1)
	for _, name := range []string{"/a", "/in/b", "/in/c", "/in/d"} {
		must(t, os.Chtimes(src+name, long, long))
		must(t, os.Chtimes(dst+name, long, long))
	}
	for name, value := range map[string]string{"/in/b": "ours", "/in/d": "same"} {
		if err := unix.Setxattr(src+name, "user.brood", []byte(value), 0); err != nil {
			t.Skip("needs extended attributes: ", err)
		}
	}
	must(t, unix.Setxattr(dst+"/in/c", "user.brood", []byte("theirs"), 0))
	must(t, unix.Setxattr(dst+"/in/d", "user.brood", []byte("same"), 0))
	for _, row := range []struct {
		opts    plan.Options
		files   []string
		skipped []string
	}{
		{plan.Options{}, nil, []string{"a", "in/b", "in/c", "in/d"}},
		{plan.Options{Archive: true}, []string{"in/b", "in/c"}, []string{"a", "in/d"}},
		{plan.Options{Archive: true, Overwrite: "never"}, nil, []string{"a", "in/b", "in/c", "in/d"}},
	} {
		batches, seen := runAll(t, plan.Tree{Source: src, Dest: dst}, row.opts)
		files, _ := filesAndRest(batches)
		if !slices.Equal(files, row.files) {
			t.Errorf("%+v: files %q; want %q", row.opts, files, row.files)
		}
		for _, batch := range batches {
			if !batch.Folders && (!batch.Repairs() || batch.Bytes != 0) {
				t.Errorf("%+v: %q copies %d bytes", row.opts, batch.Items, batch.Bytes)
			}
		}
		var skipped []string
		for _, e := range seen.all {
			if e.Kind == event.Skipped {
				skipped = append(skipped, e.File)
			}
		}
		slices.Sort(skipped)
		if !slices.Equal(skipped, row.skipped) {
			t.Errorf("%+v: skipped %q; want %q", row.opts, skipped, row.skipped)
		}
	}
}
