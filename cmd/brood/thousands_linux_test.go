//go:build linux

package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"brood/internal/event"
	"brood/internal/process"
	"brood/internal/testenv"
)

// A parent of 1500 live children has few threads, and little memory for each child. While the children wait for their
// turns, much longer than --stall, they rarely wake up. Beside busy loops none of them is stalled.
func TestManyChildrenAtOnce(t *testing.T) {
	testenv.Long(t)
	const children, maxThreads = 1500, 12
	const maxMemory = 8 // KiB for each child. It has been 4; a goroutine with its stack and buffer would take 8 more.
	// In the end all exit at once. On a busy machine that takes seconds.
	const stall, wakeups = 20 * time.Second, 50
	for _, row := range []struct {
		rate  int64 // once all children are alive: before, a busy machine may take longer to start them than they live
		flags []string
	}{{4 << 10, nil}, {64 << 10, []string{"--daemon"}}} {
		t.Run(fmt.Sprint(row.rate, row.flags), func(t *testing.T) {
			p := newPlaceIn(t, "/dev/shm")  // a busy disk may hold up a child for longer than --stall
			p.small(t, children+50, 32<<10) // at 4 KiB/s, 7 of them are done in a minute
			program := p.released(t)
			alone := p.memoryOfOneChild(t, program)
			events, record, err := os.Pipe()
			must(t, err)
			defer events.Close()
			cmd := p.copy(append(row.flags, "--jobs=0", "--bwlimit=4K", "--stall="+stall.String(), "--record=/dev/fd/3",
				"--quiet")...)
			cmd.Path, cmd.ExtraFiles = program, []*os.File{record}
			r := start(t, p, cmd)
			record.Close()
			reader := event.NewReader(events)
			r.untilAlive(reader, children)
			setRate(t, r.pid, row.rate)
			stalled := make(chan []event.Event)
			go func() { stalled <- allStalled(reader) }()
			status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", r.pid))
			must(t, err)
			threads, memory := statusNumber(status, "Threads"), statusNumber(status, "VmHWM")
			t.Logf("%d children: %d threads, %d KiB at the peak; with one child: %d KiB",
				children, threads, memory, alone)
			if limit := alone + children*maxMemory; threads > maxThreads || memory > limit {
				t.Errorf("the parent has %d threads and %d KiB at the peak, want at most %d and %d",
					threads, memory, maxThreads, limit)
			}
			end := busy(t, 8, nil)
			n := math.Inf(1)
			for i := 0; i < 12 && (i < 2 || n > wakeups); i++ { // at first, some children have not begun to wait
				before, since := r.wakeups(), time.Now()
				time.Sleep(stall) // the test is about this time
				n = min(n, float64(r.wakeups()-before)/time.Since(since).Seconds())
			}
			t.Logf("%.1f wake-ups a second of all children together", n)
			if n > wakeups {
				t.Errorf("%.1f wake-ups a second of all children together, want %d at most", n, wakeups)
			}
			end()
			unlimit(t, r.pid)
			if all := <-stalled; len(all) > 0 {
				t.Errorf("%d children stalled, want none: %+v", len(all), all)
			}
			r.wants(0)
			p.equal(t)
		})
	}
}

// memoryOfOneChild returns the peak memory in KiB of a parent with one child. What Go's runtime and the program itself
// take is in it.
func (p place) memoryOfOneChild(t *testing.T, program string) int {
	t.Helper()
	cmd := p.copy("--jobs=1", "--bwlimit=4K")
	cmd.Path = program
	r := start(t, p, cmd)
	r.says("child started: name=copy-1 ")
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", r.pid))
	must(t, err)
	r.end()
	must(t, os.RemoveAll(p.dst))
	return statusNumber(status, "VmHWM")
}

// wakeups returns how often the first threads of all children have been woken until now. Other threads do not count:
// in each process, Go's runtime wakes one about once a minute.
func (r *run) wakeups() (n int) {
	for _, c := range r.children() {
		status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.pid))
		if len(status) > 0 {
			n += statusNumber(status, "voluntary_ctxt_switches") + statusNumber(status, "nonvoluntary_ctxt_switches")
		}
	}
	return n
}

// allStalled reads the events to their end, and returns those of stalled children.
func allStalled(events *event.Reader) (all []event.Event) {
	for {
		e, err := events.Next()
		if err != nil {
			return all
		}
		if e.Kind == event.Stalled {
			all = append(all, e)
		}
	}
}

// untilAlive reads the events until n children are alive.
func (r *run) untilAlive(events *event.Reader, n int) {
	r.Helper()
	for alive := 0; alive < n; {
		e, err := events.Next()
		if err != nil {
			r.Fatalf("%d children alive, want %d; then %v; stderr:\n%s", alive, n, err, r.stderr())
		}
		switch e.Kind {
		case event.Limited:
			r.Skipf("needs kernel: room for %d children, not %d (%s)", n, e.Slots, e.Reason)
		case event.Started:
			alive++
		case event.Exited:
			alive--
		}
	}
}

// statusNumber returns a number of /proc/PID/status.
func statusNumber(status []byte, key string) int {
	_, rest, _ := strings.Cut(string(status), "\n"+key+":")
	n, _ := strconv.Atoi(strings.Fields(rest)[0])
	return n
}

// When other processes take the room for processes, brood goes on with fewer children and says so once. All files are
// copied, although some children get no threads.
func TestRoomIsTaken(t *testing.T) {
	testenv.Long(t)
	needsRoot(t, "to make a cgroup")
	for _, flags := range [][]string{{"--jobs=16"}, {"--jobs=16", "--daemon"}, {"--jobs=16", "--per-child=9"}} {
		t.Run(strings.Join(flags, " "), func(t *testing.T) {
			p := newPlace(t)
			p.small(t, 400, 1000)
			g := newTaskGroup(t, p)
			cmd := release(t, p, p.copy(flags...))
			g.run(cmd)
			r := start(t, p, cmd)
			after(r, 5)
			g.starve(r)
			g.take(r, 40)
			r.wants(0)
			p.equal(t)
			if left := r.leftovers(t); len(left) > 0 {
				t.Errorf("temporaries left behind: %q", left)
			}
			if n := strings.Count(r.stderr(), "[WARN]"); n > 1 {
				t.Errorf("%d warnings, want one at most:\n%s", n, r.stderr())
			}
			if strings.Contains(r.stderr(), "OS thread") && strings.Contains(r.stderr(), "fatal error") {
				t.Errorf("the log has the end of a child without threads, want none:\n%s", r.stderr())
			}
			t.Logf("refused %d times, %d of %d children got no threads",
				len(r.of(event.Retried)), len(r.threadless()), len(r.of(event.Started)))
		})
	}
}

// threadless returns the events of children that ended because they got no thread.
func (r *run) threadless() []event.Event {
	return slices.DeleteFunc(r.of(event.Exited), func(e event.Event) bool {
		return e.ExitCode == nil || !process.OutOfThreads(process.Exit{Code: *e.ExitCode, Signal: e.Signal}, e.Stderr)
	})
}

// The parent recognizes the last output of a child that gets no thread. A Go program prints one text with cgo, which
// the race detector needs, and another one without.
func TestLastWordsWithoutThreads(t *testing.T) {
	testenv.Long(t)
	needsRoot(t, "to make a cgroup")
	p := newPlace(t)
	p.small(t, 1, 1000)
	g := newTaskGroup(t, p)
	asTested, err := os.Executable()
	must(t, err)
	must(t, os.Mkdir(p.dir+"/tested", 0o755))
	must(t, os.Symlink(asTested, p.dir+"/tested/brood"))
	for name, program := range map[string]string{"as tested": p.dir + "/tested/brood", "released": p.released(t)} {
		t.Run(name, func(t *testing.T) {
			found := 0
			for room := 1; room <= 6; room++ {
				g.limit(room)
				cmd := p.brood("child", "copy", "--source="+p.src, "--dest="+p.dst, "--", "small-1")
				cmd.Path = program
				g.run(cmd)
				out, err := cmd.CombinedOutput()
				if err == nil {
					continue
				}
				exit := process.Exit{Code: cmd.ProcessState.ExitCode()}
				if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
					exit = process.Exit{Code: -int(status.Signal()), Signal: unix.SignalName(status.Signal())}
				}
				if !process.OutOfThreads(exit, string(out)) {
					t.Errorf("limit %d: %+v is not recognized as lack of threads; output:\n%s", room, exit, out)
				}
				found++
			}
			if found == 0 {
				t.Error("the child succeeds with every limit, want it without threads for some")
			}
		})
	}
}

// taskGroup is a control group that limits the number of threads in it.
type taskGroup struct {
	*testing.T
	dir string
}

func newTaskGroup(t *testing.T, p place) taskGroup {
	t.Helper()
	for _, top := range []string{"/sys/fs/cgroup/pids", "/sys/fs/cgroup"} {
		dir := filepath.Join(top, filepath.Base(p.dir))
		if os.Mkdir(dir, 0o755) != nil {
			continue
		}
		t.Cleanup(func() {
			var err error
			if !eventually(func() bool { err = os.Remove(dir); return err == nil }) {
				t.Error(err)
			}
		})
		if _, err := os.Stat(dir + "/pids.max"); err == nil {
			return taskGroup{t, dir}
		}
	}
	t.Skip("needs kernel: a cgroup with pids.max")
	return taskGroup{}
}

// run makes cmd run in the group.
func (g taskGroup) run(cmd *exec.Cmd) {
	g.Helper()
	needs(g.T, "sh")
	args := append([]string{"sh", "-c", `echo $$ > "$0/cgroup.procs" && exec "$@"`, g.dir, cmd.Path}, cmd.Args[1:]...)
	cmd.Path, _ = exec.LookPath("sh")
	cmd.Args = args
}

func (g taskGroup) limit(n int) {
	g.Helper()
	must(g.T, os.WriteFile(g.dir+"/pids.max", []byte(fmt.Sprint(n)), 0o644))
}

// take changes the room at random, that number of times, and then gives all of it back.
func (g taskGroup) take(r *run, times int) {
	g.Helper()
	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
	for range times {
		if r.over() {
			break
		}
		text, _ := os.ReadFile(g.dir + "/pids.current")
		current, _ := strconv.Atoi(strings.TrimSpace(string(text)))
		g.limit(max(current+random.IntN(16)-8, 24)) // room for the parent, the guardian and a little more
		time.Sleep(20 * time.Millisecond)           // any short time would do
	}
	g.limit(1000)
}

// starve leaves room for two more threads. brood can start a child, which dies because it gets no further thread.
func (g taskGroup) starve(r *run) {
	g.Helper()
	own := len(threads(r.pid))
	for _, guardian := range guardiansOf(r.pid) {
		own += len(threads(guardian))
	}
	g.limit(own + 2)
	if !eventually(func() bool { return len(r.threadless()) > 0 || r.over() }) || r.over() {
		g.Fatalf("no child has died for lack of threads, want one; stderr:\n%s", r.stderr())
	}
}
