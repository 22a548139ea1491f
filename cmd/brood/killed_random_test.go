//go:build linux

package main

import (
	"cmp"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"brood/internal/event"
	"brood/internal/testenv"
)

var (
	killsWanted = flag.Int("kills", 30, "how many kills TestRandomKills makes")
	killsSeed   = flag.Uint64("seed", 0, "the seed of TestRandomKills and TestKilledRuns; 0: another each time")
)

// seedOfKills returns the seed, the same for both tests.
var seedOfKills = sync.OnceValue(func() uint64 { return cmp.Or(*killsSeed, uint64(time.Now().UnixNano())) })

// When the parent, children or both are killed at a random moment, the destination has only whole files and
// temporaries, and the next run goes on from there. For more kills, or for those of a failed test (its log has the
// seed):
//
//	go test -race -tags urfave_cli_no_docs,noasm -run RandomKills -v ./cmd/brood -kills 200 -seed 7
func TestRandomKills(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	a := assault{T: t, place: newPlace(t), random: rand.New(rand.NewPCG(seedOfKills(), 0)), kills: map[string]int{}}
	a.src = acrossFileSystems(t, a.src)
	t.Logf("seed %d", seedOfKills())
	a.plant()
	a.measure()
	for a.total() < *killsWanted && !t.Failed() {
		a.campaign()
	}
	t.Logf("%d kills %v in %d runs; %d partial files left, %d resumed after %d bytes in all; runs until equal: %v",
		a.total(), a.kills, a.runs, a.partial, a.resumed, a.bytes, a.untilEqual)
}

// acrossFileSystems makes a folder on another file system, or returns dir if there is none. From another file system
// contents are copied in blocks, so a kill leaves partial files.
func acrossFileSystems(t *testing.T, dir string) string {
	t.Helper()
	other, err := os.MkdirTemp("/dev/shm", "brood-test-")
	if err != nil {
		return dir
	}
	t.Cleanup(func() { os.RemoveAll(other) })
	must(t, os.Chmod(other, 0o755))
	return other
}

// assault copies one tree again and again, and kills the processes that do it.
type assault struct {
	*testing.T
	place
	random *rand.Rand
	whole  time.Duration // time of an undisturbed run

	kills                  map[string]int // by victim
	runs, partial, resumed int
	bytes                  int64           // already there when copies were resumed
	seen                   map[string]bool // names of partial files, in this campaign
	untilEqual             []int
}

// plant makes files of many sizes, folders, symlinks and a hard link.
func (a *assault) plant() {
	for i := range 3 {
		must(a.T, os.WriteFile(fmt.Sprintf("%s/big-%d", a.src, i), noise(24<<20+i, i), 0o640))
	}
	a.small(a.T, 8, 30_000)
	for i, folder := range []string{"a", "a/b", "a/b/c", "empty"} {
		must(a.T, os.Mkdir(a.src+"/"+folder, 0o755))
		must(a.T, os.Symlink("../small-1", fmt.Sprintf("%s/%s-link", a.src, folder)))
		if folder == "empty" {
			break
		}
		for j := range 5 {
			must(a.T, os.WriteFile(fmt.Sprintf("%s/%s/f-%d", a.src, folder, j), noise(1<<(4*j+3), i*j), 0o600))
		}
	}
	must(a.T, os.Link(a.src+"/a/f-4", a.src+"/a/same"))
}

// measure takes the time of an undisturbed run.
func (a *assault) measure() {
	before := time.Now()
	r := start(a.T, a.place, a.copy())
	r.wants(0)
	a.whole = time.Since(before)
}

func (a *assault) total() (n int) {
	for _, of := range a.kills {
		n += of
	}
	return n
}

// campaign begins without a destination. Runs are killed until one finishes; then an undisturbed run must make the
// trees equal.
func (a *assault) campaign() {
	must(a.T, os.RemoveAll(a.dst))
	a.seen = map[string]bool{}
	begun := a.runs
	for finished := false; !finished && !a.Failed(); {
		finished = a.disturbed(a.flags())
	}
	r := start(a.T, a.place, a.copy("--archive"))
	r.wants(0)
	a.runs++
	a.untilEqual = append(a.untilEqual, a.runs-begun)
	a.equal(a.T)
	tree := readTree(a.T, a.dst)
	if !os.SameFile(tree.info["a/f-4"], tree.info["a/same"]) {
		a.Error("a/f-4 and a/same are two files, want one")
	}
}

// flags returns the flags of the next run: one of several by turns, and --resume two times of three.
func (a *assault) flags() []string {
	ways := []string{"--quiet", "--verify", "--durable", "--archive", "--per-child=5", "--per-child=auto", "--daemon"}
	flags := []string{ways[a.runs%len(ways)]}
	if a.random.IntN(3) > 0 {
		flags = append(flags, "--resume")
	}
	return flags
}

// disturbed kills children of a run until it kills the parent or the run ends. It tells whether the run copied all
// files.
func (a *assault) disturbed(flags []string) (finished bool) {
	_ = os.Remove(a.dir + "/record") // of the run before
	r := start(a.T, a.place, a.copy(flags...))
	a.runs++
	var victims []string
	for !r.over() {
		a.await(r)
		victims = append(victims, a.kill(r))
		if victims[len(victims)-1] != "children" {
			break
		}
	}
	select {
	case <-r.ended:
	case <-time.After(testenv.Patience):
		a.Fatalf("%q, killed %q: no end within %v, alive: %q", flags, victims, testenv.Patience, a.alive())
	}
	if !eventually(func() bool { return len(a.alive()) == 0 }) {
		a.Errorf("%q, killed %q: alive: %q, want no process", flags, victims, a.alive())
	}
	a.look(r, fmt.Sprintf("%q, killed %q", flags, victims))
	return r.cmd.ProcessState.ExitCode() == 0
}

// await waits for a random moment of the whole run, or of a file's copy.
func (a *assault) await(r *run) {
	if a.random.IntN(2) == 0 {
		time.Sleep(time.Duration(a.random.Int64N(int64(a.whole))))
		return
	}
	eventually(func() bool { return r.over() || slices.ContainsFunc(r.children(), r.copying) })
	time.Sleep(time.Duration(a.random.Int64N(int64(10 * time.Millisecond))))
}

// kill kills the parent, some children or both, and returns whom.
func (a *assault) kill(r *run) (whom string) {
	children := r.children()
	a.random.Shuffle(len(children), func(i, j int) { children[i], children[j] = children[j], children[i] })
	whom = []string{"the parent", "children", "both"}[a.random.IntN(3)]
	if r.over() {
		return "nobody"
	}
	if len(children) == 0 {
		whom = "the parent"
	}
	if whom != "children" {
		_ = syscall.Kill(r.pid, syscall.SIGKILL)
	}
	if whom != "the parent" {
		for _, c := range children[:1+a.random.IntN(len(children))] {
			c.signal(syscall.SIGKILL)
		}
	}
	a.kills[whom]++
	return whom
}

// look checks what a run has left at the destination.
func (a *assault) look(r *run, after string) {
	for _, e := range r.of(event.Copied) {
		if e.Resumed > 0 {
			a.resumed++
			a.bytes += e.Resumed
		}
	}
	if _, err := os.Lstat(a.dst); err != nil {
		return // the run was killed before it made the destination
	}
	a.wholeFiles(a.T)
	tree := readTree(a.T, a.dst)
	for _, name := range a.leftovers(a.T) {
		if info := tree.info[name]; info.Size() > 0 && strings.Contains(name, "big-") && !a.seen[name] {
			a.seen[name] = true
			a.partial++
		}
	}
	if a.Failed() {
		a.Logf("after run %d: %s; stderr:\n%s", a.runs, after, r.stderr())
	}
}
