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

// A folder with more leftovers than a child may remember is that folder's failure; the
// files are there. (With the race detector a child needs more from the beginning.)
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
	// With cgo, which the program has none of, a thread's stack is the child's memory, too: 8 MiB.
	r := start(t, p, limited(t, p, "-s 512", "--memory=32MiB"))
	r.wants(1)
	if failed := r.of(event.Failed); len(failed) != 1 || failed[0].File != "." || failed[0].Error != "its process was ended by its memory limit of 32 MiB" {
		t.Errorf("failed: %+v", failed)
	}
	for _, e := range r.of(event.Exited) {
		if strings.HasPrefix(e.Name, "folders-") && e.MaxRSS > 80<<20 { // 0: hardly more than its parent
			t.Errorf("%s had %d bytes", e.Name, e.MaxRSS)
		}
	}
	start(t, p, p.copy()).wants(0) // with no limit
	p.equal(t)
}
