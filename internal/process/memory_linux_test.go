//go:build !race

package process_test

import (
	"fmt"
	"os"
	"testing"

	"brood/internal/process"
)

// The race detector takes memory of its own for each piece, and ends with its own messages when it gets none.
// These tests are about the product.

func TestMemoryLimit(t *testing.T) {
	const all = "1073741824"
	for name, row := range map[string]struct {
		piece  string
		memory int64
		limit  string
	}{
		"at once":        {all, 64 << 20, "memory limit of 64 MiB"},
		"piece by piece": {"65536", 64 << 20, "memory limit of 64 MiB"},
		"with the least": {"512", process.LeastMemory, "memory limit of 32 MiB"},
		"an odd number":  {"65536", 64<<20 + 1, "memory limit of 67108865 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			exit, limit := limited(t, process.Config{Target: "eat", Args: []string{all, row.piece},
				Limits: process.Limits{Memory: row.memory}})
			if exit.Code != 2 || limit != row.limit || exit.MaxRSS > row.memory+32<<20 {
				t.Errorf("%+v by limit %q, want %q", exit, limit, row.limit)
			}
		})
	}
	if exit, limit := limited(t, process.Config{Target: "eat", Args: []string{all, all}}); exit.Code != 0 ||
		limit != "" {
		t.Errorf("without a limit: %+v by limit %q", exit, limit)
	}
}

// The child collects garbage before it reaches the limit.
func TestGarbageIsWithinTheLimit(t *testing.T) {
	for _, limit := range []int64{process.LeastMemory, 64 << 20, 512 << 20} {
		kept := fmt.Sprint(limit / 8)
		exit, _ := limited(t, process.Config{Target: "churn", Args: []string{kept},
			Limits: process.Limits{Memory: limit}})
		if exit.Code != 0 {
			t.Errorf("with %d bytes, %s of them kept: exit code %d", limit, kept, exit.Code)
		}
	}
}

// A child with a limit collects garbage at half of it, unless the user has set GOMEMLIMIT. A program that the child
// starts has the user's setting only.
func TestCollectsBeforeTheLimit(t *testing.T) {
	for asked, want := range map[string]string{
		"":     fmt.Sprintf("%d program=\n", 32<<20+4<<20),
		"1GiB": fmt.Sprintf("%d program=1GiB\n", 1<<30),
	} {
		t.Setenv("GOMEMLIMIT", asked)
		if asked == "" {
			os.Unsetenv("GOMEMLIMIT") // t.Setenv restores it
		}
		p := start(t, process.Config{Target: "collects", Events: true, Limits: process.Limits{Memory: 64 << 20}})
		if got := said(t, p); got != want {
			t.Errorf("GOMEMLIMIT=%s: %q, want %q", asked, got, want)
		}
		join(t, p)
	}
}
