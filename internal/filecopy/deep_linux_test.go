package filecopy_test

import (
	"context"
	"slices"
	"strings"
	"syscall"
	"testing"

	"brood/internal/filecopy"
)

// TestDeep copies a tree whose names are longer than a path may be, with few descriptors. If
// the cost grew with the square of the depth, the test would take hours.
func TestDeep(t *testing.T) {
	levels := 3000
	if testing.Short() {
		levels = 300
	}
	const descriptors = 100
	e := newEnds(t)
	names := nest(t, e, levels)
	slices.Reverse(names)
	var limit syscall.Rlimit
	must(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit))
	must(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: descriptors, Max: limit.Max}))
	t.Cleanup(func() { must(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)) })

	for _, opts := range []filecopy.Options{{}, {Archive: true}} { // the second time the files exist
		c := filecopy.NewCopier(e.src, e.dst)
		defer c.Close()
		file := names[0] + "/f"
		seen, err := c.Lstat(file)
		must(t, err)
		_, err = c.File(context.Background(), file, seen, opts)
		must(t, err)
		for _, name := range names {
			_, err := c.Folder(name, opts)
			must(t, err)
		}
		to := filecopy.NewChain(e.dst)
		defer to.Close()
		dir, err := to.Open(names[0])
		must(t, err)
		info, err := dir.Lstat("f")
		must(t, err)
		if !filecopy.Same(seen, info) {
			t.Errorf("the copy is %v", info)
		}
	}
}

// nest makes d/d/d… in the source, one step at a time, and a file f at the bottom. It
// returns the names of the folders.
func nest(t *testing.T, e ends, levels int) []string {
	t.Helper()
	c := filecopy.NewChain(e.src)
	defer c.Close()
	name := strings.Repeat("d/", levels)
	names := make([]string, levels)
	for i := range names {
		dir, err := c.Open(name[:2*i])
		must(t, err)
		must(t, dir.Mkdir("d", 0o700))
		names[i] = name[:2*i+1]
	}
	dir, err := c.Open(name)
	must(t, err)
	write(t, dir, "f", []byte("f"), 0o600)
	return names
}
