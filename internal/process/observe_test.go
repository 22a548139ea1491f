//go:build unix

package process_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"brood/internal/process"
)

func TestObserve(t *testing.T) {
	var mu sync.Mutex
	var seen []string
	process.Observe(func(c process.Change) {
		mu.Lock()
		defer mu.Unlock()
		if c.Name == "watched" {
			seen = append(seen, fmt.Sprint(c.What, c.Signal, c.Exit.Code))
		}
	})
	defer process.Observe(nil)
	p := start(t, process.Config{Target: "hang", Name: "watched"})
	up(t, p)
	_ = p.Kill()
	join(t, p)
	mu.Lock()
	defer mu.Unlock()
	if want := []string{"started0", "signalledSIGKILL0", "ended0", "reaped-9"}; !slices.Equal(seen, want) {
		t.Errorf("changes %q, want %q", seen, want)
	}
}
