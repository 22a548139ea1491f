//go:build linux && !race

package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"brood/internal/event"
	"brood/internal/testenv"
)

// When a folder has more leftovers than its child has memory for, the folder fails, and its files are copied. A
// program with the race detector needs more memory from the start, so this test is for a build without it.
func TestMemoryLimit(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	p := newPlace(t)
	p.small(t, 5, 100_000)
	must(t, os.Mkdir(p.dst, 0o755))
	for i := range 150_000 {
		f, err := os.Create(fmt.Sprintf("%s/.%s-%d.%08x.brood", p.dst, strings.Repeat("x", 230), i%10, i))
		must(t, err)
		f.Close()
	}
	// The test binary may be built with cgo. Then each thread's stack counts as memory: 8 MiB, unless it is limited.
	// On a very busy machine the child may need more than a minute to fill its memory.
	r := start(t, p, limited(t, p, "-s 512", "--memory=32MiB", "--stall=0"))
	r.wants(1)
	const why = "its process was ended by its memory limit of 32 MiB"
	if failed := r.of(event.Failed); len(failed) != 1 || failed[0].File != "." || failed[0].Error != why {
		t.Errorf("failed: %+v, want only the folder: %s", failed, why)
	}
	for _, e := range r.of(event.Exited) {
		if strings.HasPrefix(e.Name, "folders-") && e.MaxRSS > 80<<20 { // 0: no more than its parent
			t.Errorf("%s had %d bytes of memory, want %d at most", e.Name, e.MaxRSS, 80<<20)
		}
	}
	start(t, p, p.copy("--stall=0")).wants(0) // without a limit
	p.equal(t)
}
