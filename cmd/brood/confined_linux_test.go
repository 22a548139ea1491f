package main

import (
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"brood/internal/confine"
	"brood/internal/testenv"
)

// Each child confines itself before it makes its copy, except with --confine=never.
func TestChildrenAreConfined(t *testing.T) {
	t.Parallel()
	if err := confine.Available(); err != nil {
		t.Skipf("needs kernel: %v", err)
	}
	for _, c := range []struct {
		name     string
		flags    []string
		confined bool
	}{
		{"by default", nil, true},
		{"always", []string{"--confine=always"}, true},
		{"archive", []string{"--archive"}, true},
		{"never", []string{"--confine=never"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPlace(t)
			p.small(t, 1, 100)
			args := append(append([]string{"copy"}, c.flags...), p.src, p.dst)
			start(t, p, p.traced(t, []string{"-e", "trace=landlock_restrict_self,openat"}, args...)).wants(0)
			calls := p.calls(t)
			confined := slices.IndexFunc(calls, func(c call) bool {
				return c.name == "landlock_restrict_self" && c.result == "0"
			})
			created := slices.IndexFunc(calls, func(c call) bool { return strings.Contains(c.args, "O_TMPFILE") })
			if created < 0 || (confined >= 0) != c.confined || confined > created {
				t.Errorf("confined by call %d, copy made by call %d of %d; want confined: %v, and before the copy",
					confined, created, len(calls), c.confined)
			}
		})
	}
}

// A confined child keeps access to its folders when the kernel drops its caches of names and inodes.
func TestConfinedWithoutCaches(t *testing.T) {
	testenv.Long(t)
	needsRoot(t, "to drop caches")
	const namesAndInodes = "2" // proc_sys_vm(5), drop_caches
	p := newPlace(t)
	p.small(t, 100, 100)
	r := start(t, p, p.copy("--jobs=4"))
	var dropping sync.WaitGroup
	dropping.Go(func() {
		for !r.over() {
			if err := os.WriteFile("/proc/sys/vm/drop_caches", []byte(namesAndInodes), 0); err != nil {
				t.Error(err)
				return
			}
		}
	})
	r.wants(0)
	dropping.Wait()
	p.equal(t)
}
