//go:build linux

package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"brood/internal/event"
	"brood/internal/faultfs"
	"brood/internal/faultfs/faultfstest"
	"brood/internal/testenv"
)

var (
	soakLength = flag.Duration("soak", 20*time.Second, "how long TestSoak copies under faults")
	soakSeed   = flag.Uint64("soak-seed", 0, "the seed of TestSoak; 0: another each time")
)

// TestSoak copies trees between file systems that fail, while it kills, stops and crashes children and parents. After
// each run each file under its final name is whole, brood has reported each missing file, and no process is left.
// Then an undisturbed run makes the trees equal. For a long search, also for data races:
//
//	go test -race -tags urfave_cli_no_docs,noasm -run Soak -timeout 2h -v ./cmd/brood -soak 30m -race-in-long
//
// The test reads from file systems that it serves itself. If it is killed meanwhile, only umount -f frees it.
func TestSoak(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	if *soakSeed == 0 {
		*soakSeed = uint64(time.Now().UnixNano())
	}
	t.Logf("seed %d", *soakSeed)
	all := sums{count: map[string]int{}}
	random := rand.New(rand.NewPCG(*soakSeed, 0))
	for end := time.Now().Add(*soakLength); time.Now().Before(end) && !t.Failed(); {
		t.Run("tree", func(t *testing.T) {
			s := newSoak(t, random, &all)
			for range 4 {
				s.disturbed()
				s.undisturbed()
			}
		})
	}
	t.Logf("%v\nparents had at most %d descriptors, %d threads, %d MiB",
		all.count, all.descriptors, all.threads, all.memory>>20)
}

// soak is a tree that is copied under faults.
type soak struct {
	*testing.T
	place
	from, to *faultfs.FS
	random   *rand.Rand
	faults   []passing
	*sums
}

// sums holds counts over all trees.
type sums struct {
	count map[string]int // by what happened

	descriptors, threads int   // largest numbers of a parent
	memory               int64 // largest resident memory of a parent, in bytes
}

func newSoak(t *testing.T, random *rand.Rand, all *sums) *soak {
	from, to := faultfstest.Mount(t, faultfs.Options{}), faultfstest.Mount(t, faultfs.Options{})
	p := newPlace(t)
	p.src, p.dst = from.Mounted, to.Mounted+"/dst"
	s := &soak{T: t, place: p, from: from, to: to, random: random, sums: all}
	t.Cleanup(s.repair) // before the file systems are unmounted
	s.plant()
	return s
}

const soakJobs = 4

// plant makes a source with folders, files of many sizes, symlinks and a hard link.
func (s *soak) plant() {
	for i, folder := range []string{".", "a", "a/b", "c"} {
		must(s.T, os.MkdirAll(s.src+"/"+folder, 0o755))
		for j := range 8 {
			must(s.T, os.WriteFile(fmt.Sprintf("%s/%s/f-%d", s.src, folder, j), noise(1<<(2*j+5), 10*i+j), 0o640))
		}
		must(s.T, os.WriteFile(fmt.Sprintf("%s/%s/big", s.src, folder), noise(6<<20+i, i), 0o600))
		must(s.T, os.Symlink("f-1", s.src+"/"+folder+"/link"))
	}
	must(s.T, os.Link(s.src+"/a/f-4", s.src+"/c/same"))
	must(s.T, os.Mkdir(s.src+"/empty", 0o755))
}

// disturbed copies once, with troubles.
func (s *soak) disturbed() {
	_ = os.Remove(s.dir + "/record") // of the run before
	flags := s.flags()
	r := start(s.T, s.place, s.copy(flags...))
	if slices.Contains(flags, "--verify") { // or else no run would notice
		rule := faultfs.Rule{Ops: faultfs.Write, Name: "dst/*", Flip: 1, Times: 1 + s.random.IntN(2)}
		rule.From = s.random.Int64N(1 << 16)
		s.inject(s.to, rule, 0)
	}
	for begun := time.Now(); !r.over(); {
		if time.Since(begun) > 3*time.Minute {
			s.Fatalf("%q: no end within 3 minutes; alive: %q; stderr:\n%s", flags, s.alive(), r.stderr())
		}
		time.Sleep(time.Duration(s.random.Int64N(int64(300 * time.Millisecond))))
		s.trouble(r)
		s.pass()
		s.measure(r)
	}
	s.count["runs"]++
	s.repair()
	if !eventually(func() bool { return s.goOn() == 0 }) {
		s.Errorf("%q: alive: %q, want no process", flags, s.alive())
	}
	s.judge(r)
	if s.Failed() {
		s.Logf("%q, %v; stderr:\n%s", flags, r.cmd.ProcessState, r.stderr())
	}
}

// goOn continues all live processes of the place, and returns their number. The kernel continues stopped children when
// their parent ends (_exit(2)); a child that is stopped just after that stays so.
func (s *soak) goOn() (left int) {
	for _, line := range s.alive() {
		var pid int
		_, _ = fmt.Sscan(line, &pid)
		_ = syscall.Kill(pid, syscall.SIGCONT)
		left++
	}
	return left
}

// flags returns random flags for a run.
func (s *soak) flags() []string {
	jobs, retries := fmt.Sprint("--jobs=", soakJobs), fmt.Sprint("--retries=", s.random.IntN(4))
	flags := []string{"--force", "--stall=1s", jobs, retries}
	for _, flag := range []string{"--verify", "--durable", "--archive", "--daemon", "--resume", "--per-child=7",
		"--per-child=auto", "--max-errors=9", "--timeout=20s"} {
		if s.random.IntN(4) == 0 {
			flags = append(flags, flag)
		}
	}
	return flags
}

// measure notes the descriptors, threads and memory of the parent.
func (s *soak) measure(r *run) {
	descriptors := len(descriptors(r.pid))
	s.descriptors = max(s.descriptors, descriptors)
	s.threads = max(s.threads, len(threads(r.pid)))
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", r.pid))
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	var kib int64
	_, _ = fmt.Sscan(rest, &kib)
	s.memory = max(s.memory, kib<<10)
	if limit := 40 + 6*soakJobs; descriptors > limit {
		s.Errorf("the parent has %d descriptors, want %d at most: %v", descriptors, limit, r.fileNames())
	}
}

// judge checks what a run has left at the destination, and what it has reported.
func (s *soak) judge(r *run) {
	if strings.Contains(r.stderr(), "goroutine ") {
		s.Error("stderr has a stack trace")
	}
	failed := map[string]bool{}
	for _, e := range r.events() {
		switch e.Kind {
		case event.Retried, event.Stalled, event.Copied, event.Failed:
			s.count[string(e.Kind)]++
		case event.Finished:
			s.count["abandoned"] += e.Abandoned
		}
		if e.Kind == event.Failed {
			failed[e.File] = true
		}
	}
	if _, err := os.Lstat(s.dst); err != nil {
		return // the run was killed before it made the destination
	}
	files := s.wholeFiles(s.T)
	status := r.cmd.ProcessState.ExitCode()
	by := r.cmd.ProcessState.Sys().(syscall.WaitStatus).Signal()
	// SIGTERM ends brood when it comes before brood handles it, or often.
	if status < 0 && by != syscall.SIGKILL && by != syscall.SIGTERM || status == 2 && len(r.of(event.Started)) > 0 {
		s.Errorf("%v, want status 0 or 1, SIGKILL or SIGTERM, and 2 only before the first child", r.cmd.ProcessState)
	}
	if status != 0 && status != 1 || len(r.of(event.Stopping)) > 0 {
		return // ended early: the rest was never copied
	}
	for name, info := range readTree(s.T, s.src).info {
		if info.Mode().IsRegular() && !slices.Contains(files, name) && !s.failedAt(failed, name) {
			s.Errorf("%q is missing, and brood has not reported it", name)
		}
	}
	if status == 0 {
		s.equal(s.T)
	}
}

// failedAt tells whether a name, or a folder above it, is among the failed ones.
func (s *soak) failedAt(failed map[string]bool, name string) bool {
	for ; name != "."; name = path.Dir(name) {
		if failed[name] {
			return true
		}
	}
	return failed["."]
}

// undisturbed completes the copy most of the time, and checks it. It then removes the destination half of the time.
func (s *soak) undisturbed() {
	_ = os.Remove(s.dir + "/record")
	if s.random.IntN(3) > 0 {
		r := start(s.T, s.place, s.copy("--archive", "--verify"))
		r.wants(0)
		s.equal(s.T)
		if left := s.leftovers(s.T); len(left) > 0 {
			s.Errorf("temporaries left behind: %q", left)
		}
		s.count["times equal"]++
	}
	if s.random.IntN(2) > 0 {
		must(s.T, os.RemoveAll(s.dst))
	}
}
