package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"brood/internal/testenv"
)

// What the start of a child may cost. Neither depends on the speed of the machine.
const (
	startAllocations = 100 // of the initialisation of packages; 95, measured
	startFaults      = 310 // minor page faults of a child with 4 KiB, on amd64; 275 to 290, measured
)

// A child with one name starts before the packages are initialised that only others need. A new package, or a variable
// of a package that is computed, shows here.
func TestStartOfAChild(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	p := newPlace(t)
	p.small(t, 1, 4096)
	must(t, os.Mkdir(p.dst, 0o755))
	order, allocations := initialised(t, p)
	if allocations > startAllocations {
		t.Errorf("%d allocations before the child begins, want %d at most; packages: %q",
			allocations, startAllocations, order)
	}
	for _, other := range []string{"regexp", "github.com/hashicorp/go-hclog", "github.com/urfave/cli/v2",
		"brood/internal/view", "brood/internal/lesson"} {
		if slices.Contains(order, other) {
			t.Errorf("%s was initialised before the child began, want it not; packages: %q", other, order)
		}
	}
	if runtime.GOARCH != "amd64" {
		return
	}
	told := slices.Index(order, "brood/internal/digest/cpu")
	for _, asks := range []string{"github.com/zeebo/blake3/internal/consts", "github.com/zeebo/xxh3"} {
		if told < 0 || told > slices.Index(order, asks) {
			t.Errorf("package cpu was initialised after %s, which asks for its features; packages: %q", asks, order)
		}
	}
	var faults []int64
	for range 15 {
		must(t, os.RemoveAll(p.dst+"/small-1"))
		cmd := p.starting(t)
		must(t, cmd.Run())
		faults = append(faults, cmd.ProcessState.SysUsage().(*syscall.Rusage).Minflt)
	}
	slices.Sort(faults)
	if median := faults[len(faults)/2]; median > startFaults {
		t.Errorf("%d page faults, want %d at most; all: %d", median, startFaults, faults)
	}
}

// starting returns a child that copies the one file of the place, as a parent starts it.
func (p place) starting(t *testing.T) *exec.Cmd {
	cmd := exec.Command(withoutRace(t), "child", "copy", "--source="+p.src, "--dest="+p.dst, "--", "small-1")
	cmd.Env = append(os.Environ(), p.mark(), "GOMAXPROCS=01")
	return cmd
}

// initialised returns the packages that the runtime initialises in such a child, in order, and their allocations.
func initialised(t *testing.T, p place) (order []string, allocations int) {
	t.Helper()
	cmd := p.starting(t)
	cmd.Env = append(cmd.Env, "GODEBUG=inittrace=1")
	var trace bytes.Buffer
	cmd.Stderr = &trace
	must(t, cmd.Run())
	for line := range strings.Lines(trace.String()) { // init NAME @AT ms, N ms clock, N bytes, N allocs
		fields := strings.Fields(line)
		var n int
		if len(fields) < 3 || fields[0] != "init" {
			t.Fatalf("%q: not a line of inittrace", line)
		}
		if _, err := fmt.Sscan(fields[len(fields)-2], &n); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		order, allocations = append(order, fields[1]), allocations+n
	}
	if len(order) == 0 {
		t.Fatal("the runtime has told nothing of the initialisation")
	}
	return order, allocations
}
