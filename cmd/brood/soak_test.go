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

	"golang.org/x/sys/unix"

	"brood/internal/event"
	"brood/internal/faultfs"
	"brood/internal/faultfs/faultfstest"
	"brood/internal/testenv"
)

var (
	soakLength = flag.Duration("soak", 20*time.Second, "how long TestSoak copies under faults")
	soakSeed   = flag.Uint64("soak-seed", 0, "the seed of TestSoak; 0: another each time")
)

// TestSoak copies trees for a time, from and to file systems that fail, while
// children and parents are killed, stopped and crashed. After each run: each file
// under its final name is whole, what is missing was said, nobody is left; and one
// undisturbed run makes the trees equal. A long one:
//
//	go test -race -tags urfave_cli_no_docs -run Soak -timeout 2h -v ./cmd/brood -soak 30m
//
// It reads trees that it serves itself: when it is killed as it does, only umount -f frees it.
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
	t.Logf("%v\nof the parent, at most: %d descriptors, %d threads, %d MiB", all.count, all.descriptors, all.threads, all.memory>>20)
}

// soak is one tree under faults.
type soak struct {
	*testing.T
	place
	from, to *faultfs.FS
	random   *rand.Rand
	faults   []passing
	*sums
}

// sums are of all trees.
type sums struct {
	count map[string]int

	descriptors, threads int   // of the parent, at the most
	memory               int64 // bytes
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

// passing is a fault with its end.
type passing struct {
	*faultfs.Fault
	until time.Time // zero: with the run
}

const soakJobs = 4

// plant makes files of all sizes in folders, links among them.
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

// files are the names of the source's files.
func (s *soak) file() string {
	name := []string{"f-3", "f-6", "f-7", "big", "big"}[s.random.IntN(5)]
	return path.Join([]string{".", "a", "a/b", "c"}[s.random.IntN(4)], name)
}

// troubles are what happens during a run, each with how often.
var troubles = []struct {
	name  string
	times int
	do    func(*soak, *run)
}{
	{"child killed", 3, func(s *soak, r *run) { s.hit(r, syscall.SIGKILL) }},
	{"child stopped", 1, func(s *soak, r *run) { s.hit(r, syscall.SIGSTOP) }},
	{"child crashed", 1, func(s *soak, r *run) { s.hit(r, syscall.SIGSEGV) }},
	{"parent killed", 1, func(s *soak, r *run) { _ = syscall.Kill(r.pid, syscall.SIGKILL) }},
	{"parent asked to end", 1, func(s *soak, r *run) { _ = syscall.Kill(r.pid, syscall.SIGTERM) }},
	{"parent stopped a while", 1, func(s *soak, r *run) {
		_ = syscall.Kill(r.pid, syscall.SIGSTOP)
		time.Sleep(time.Duration(s.random.IntN(500)) * time.Millisecond)
		_ = syscall.Kill(r.pid, syscall.SIGCONT)
	}},
	{"read error", 4, func(s *soak, r *run) {
		s.inject(s.from, faultfs.Rule{Ops: faultfs.Read | faultfs.Open, Name: s.file(), From: s.random.Int64N(1 << 16), Err: s.cause(), Times: 1 + s.random.IntN(2)}, 0)
	}},
	{"write error", 4, func(s *soak, r *run) {
		s.inject(s.to, faultfs.Rule{Ops: s.writing(), Err: s.cause(), Times: 1 + s.random.IntN(3)}, 0)
	}},
	{"full for a while", 1, func(s *soak, r *run) {
		s.inject(s.to, faultfs.Rule{Ops: faultfs.Write | faultfs.Create, Err: unix.ENOSPC, Times: 3}, 0)
	}},
	{"stalled read", 1, func(s *soak, r *run) {
		s.inject(s.from, faultfs.Rule{Ops: faultfs.Read, Name: s.file(), Stall: faultfs.Killable, Times: 1}, s.while())
	}},
	{"stalled write", 1, func(s *soak, r *run) {
		s.inject(s.to, faultfs.Rule{Ops: s.writing(), Stall: faultfs.Killable, Times: 1}, s.while())
	}},
	{"a write that cannot be killed", 1, func(s *soak, r *run) {
		s.inject(s.to, faultfs.Rule{Ops: faultfs.Write, Stall: faultfs.Uninterruptible, Times: 1}, s.while())
	}},
}

// while is shorter or longer than it takes until a child is killed; now and then as long as the run.
func (s *soak) while() time.Duration {
	return time.Duration(s.random.IntN(4)) * 3 * time.Second
}

func (s *soak) cause() syscall.Errno {
	return []syscall.Errno{unix.EIO, unix.EIO, unix.ESTALE, unix.ETIMEDOUT, unix.EACCES}[s.random.IntN(5)]
}

func (s *soak) writing() faultfs.Op {
	return []faultfs.Op{faultfs.Write, faultfs.Create, faultfs.Fsync, faultfs.Rename, faultfs.Setattr, faultfs.Flush, faultfs.Lookup}[s.random.IntN(7)]
}

func (s *soak) inject(fs *faultfs.FS, rule faultfs.Rule, while time.Duration) {
	f := passing{Fault: fs.Inject(rule)}
	if while > 0 {
		f.until = time.Now().Add(while)
	}
	s.faults = append(s.faults, f)
}

func (s *soak) hit(r *run, sig syscall.Signal) {
	if children := r.children(); len(children) > 0 {
		children[s.random.IntN(len(children))].signal(sig)
	}
}

// disturbed is one run with its troubles.
func (s *soak) disturbed() {
	_ = os.Remove(s.dir + "/record") // of the run before
	flags := s.flags()
	r := start(s.T, s.place, s.copy(flags...))
	if slices.Contains(flags, "--verify") { // else nobody would know
		s.inject(s.to, faultfs.Rule{Ops: faultfs.Write, Name: "dst/*", From: s.random.Int64N(1 << 16), Flip: 1, Times: 1 + s.random.IntN(2)}, 0)
	}
	for begun := time.Now(); !r.over(); {
		if time.Since(begun) > 3*time.Minute {
			s.Fatalf("%q does not end; alive: %q; it says:\n%s", flags, s.alive(), r.stderr())
		}
		time.Sleep(time.Duration(s.random.Int64N(int64(300 * time.Millisecond))))
		s.trouble(r)
		s.pass()
		s.measure(r)
	}
	s.count["runs"]++
	s.repair()
	if !eventually(func() bool { return s.goOn() == 0 }) {
		s.Errorf("%q: alive: %q", flags, s.alive())
	}
	s.judge(r)
	if s.Failed() {
		s.Logf("%q, %v; it says:\n%s", flags, r.cmd.ProcessState, r.stderr())
	}
}

// goOn lets those go on that are still there, and says how many: a child that was
// stopped when its parent had just been killed is stopped for good, as the kernel
// looks for such children only as it ends (_exit(2)).
func (s *soak) goOn() (left int) {
	for _, line := range s.alive() {
		var pid int
		_, _ = fmt.Sscan(line, &pid)
		_ = syscall.Kill(pid, syscall.SIGCONT)
		left++
	}
	return left
}

func (s *soak) flags() []string {
	flags := []string{"--force", "--stall=1s", fmt.Sprint("--jobs=", soakJobs), fmt.Sprint("--retries=", s.random.IntN(4))}
	for _, flag := range []string{"--verify", "--durable", "--archive", "--daemon", "--resume", "--per-child=7", "--per-child=auto", "--max-errors=9", "--timeout=20s"} {
		if s.random.IntN(4) == 0 {
			flags = append(flags, flag)
		}
	}
	return flags
}

func (s *soak) trouble(r *run) {
	all := 0
	for _, t := range troubles {
		all += t.times
	}
	n := s.random.IntN(2 * all) // half the time nothing
	for _, t := range troubles {
		if n -= t.times; n < 0 {
			t.do(s, r)
			s.count[t.name]++
			return
		}
	}
}

// pass ends the faults whose time is over.
func (s *soak) pass() {
	s.faults = slices.DeleteFunc(s.faults, func(f passing) bool {
		over := !f.until.IsZero() && time.Now().After(f.until)
		if over {
			f.Remove()
		}
		return over
	})
}

// repair ends all faults.
func (s *soak) repair() {
	for _, f := range s.faults {
		s.count["faults met"] += f.Count()
		f.Remove()
	}
	s.faults = nil
}

// measure notes what the parent holds of the system.
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

// judge looks at what a run has left, and said.
func (s *soak) judge(r *run) {
	if strings.Contains(r.stderr(), "goroutine ") {
		s.Error("a stack trace")
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
		return // it had not come that far
	}
	files := s.wholeFiles(s.T)
	status := r.cmd.ProcessState.ExitCode()
	by := r.cmd.ProcessState.Sys().(syscall.WaitStatus).Signal() // SIGTERM: asked before it listened, or too often
	if status < 0 && by != syscall.SIGKILL && by != syscall.SIGTERM || status == 2 && len(r.of(event.Started)) > 0 {
		s.Errorf("it ends with %v", r.cmd.ProcessState)
	}
	if status != 0 && status != 1 || len(r.of(event.Stopping)) > 0 {
		return // ended early: what it never came to is not there
	}
	for name, info := range readTree(s.T, s.src).info {
		if info.Mode().IsRegular() && !slices.Contains(files, name) && !s.failedAt(failed, name) {
			s.Errorf("%q is missing, and nothing was said", name)
		}
	}
	if status == 0 {
		s.equal(s.T)
	}
}

// failedAt tells whether a name, or a folder above it, has failed.
func (s *soak) failedAt(failed map[string]bool, name string) bool {
	for ; name != "."; name = path.Dir(name) {
		if failed[name] {
			return true
		}
	}
	return failed["."]
}

// undisturbed is a run that completes what the one before has left, or begins anew after.
func (s *soak) undisturbed() {
	_ = os.Remove(s.dir + "/record")
	if s.random.IntN(3) > 0 {
		r := start(s.T, s.place, s.copy("--archive", "--verify"))
		r.wants(0)
		s.equal(s.T)
		if left := s.leftovers(s.T); len(left) > 0 {
			s.Errorf("left behind: %q", left)
		}
		s.count["times equal"]++
	}
	if s.random.IntN(2) > 0 {
		must(s.T, os.RemoveAll(s.dst))
	}
}
