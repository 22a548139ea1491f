package plan_test

import (
	"slices"
	"strings"
	"syscall"
	"testing"

	"brood/internal/filecopy"
	"brood/internal/plan"
)

// TestDeep walks a deep tree with few descriptors, without and with the same tree at the destination.
func TestDeep(t *testing.T) {
	levels := 2000
	if testing.Short() {
		levels = 300
	}
	const descriptors = 100
	dir, there := t.TempDir(), t.TempDir()
	nest(t, dir, levels)
	nest(t, there, levels)
	var limit syscall.Rlimit
	must(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit))
	must(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: descriptors, Max: limit.Max}))
	t.Cleanup(func() { must(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)) })

	for _, dest := range []string{dir + "/none", there} {
		batches, seen := runAll(t, plan.Tree{Source: dir, Dest: dest}, plan.Options{Overwrite: filecopy.Changed})
		files, rest := filesAndRest(batches)
		if want := []string{strings.Repeat("d/", levels) + "f"}; !slices.Equal(files, want) {
			t.Errorf("%d files, want the one at the bottom", len(files))
		}
		if len(rest) != levels+1 {
			t.Errorf("%d folders, want %d", len(rest), levels+1)
		}
		if len(seen.all) > 0 {
			t.Errorf("%d events, the first %.200v", len(seen.all), seen.all[0])
		}
	}
}

// nest makes d/d/d… with a file f at the bottom. It goes step by step, since the whole path is too long.
func nest(t *testing.T, dir string, levels int) {
	t.Helper()
	at, err := syscall.Open(dir, syscall.O_DIRECTORY|syscall.O_CLOEXEC, 0)
	must(t, err)
	for range levels {
		must(t, syscall.Mkdirat(at, "d", 0o755))
		below, err := syscall.Openat(at, "d", syscall.O_DIRECTORY|syscall.O_CLOEXEC, 0)
		must(t, err)
		must(t, syscall.Close(at))
		at = below
	}
	file, err := syscall.Openat(at, "f", syscall.O_CREAT|syscall.O_WRONLY|syscall.O_CLOEXEC, 0o644)
	must(t, err)
	must(t, syscall.Close(file))
	must(t, syscall.Close(at))
}
