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
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"brood/internal/event"
	"brood/internal/pace"
	"brood/internal/process"
	"brood/internal/testenv"
)

// built is the program as it is released, where the tests have the race detector,
// which takes memory and threads of its own. It is there until the tests end.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "brood-built-")
	if err != nil {
		return "", err
	}
	afterTests = append(afterTests, func() { os.RemoveAll(dir) })
	cmd := exec.Command("go", "build", "-trimpath", "-tags", "urfave_cli_no_docs", "-o", dir+"/brood", ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %v\n%s", err, out)
	}
	return dir + "/brood", os.Chmod(dir, 0o755)
})

// release makes cmd the program without a race detector.
func release(t *testing.T, p place, cmd *exec.Cmd) *exec.Cmd {
	t.Helper()
	cmd.Path = p.released(t)
	return cmd
}

// released is a program without a race detector.
func (p place) released(t *testing.T) string {
	t.Helper()
	if !raceEnabled {
		return p.installed(t)
	}
	needs(t, "go")
	path, err := built()
	must(t, err)
	return path
}

// A parent of many children that live at once is a small process with few threads. While they wait for their turns,
// for much longer than a stall may last, hardly any of them wakes up, and beside busy loops none is given up.
func TestManyChildrenAtOnce(t *testing.T) {
	testenv.Long(t)
	const children, threads, memory = 1500, 12, 22 << 10 // memory in KiB, of a test binary, which has libraries that brood has not
	const stall, wakeups = 10 * time.Second, 50
	for _, flags := range [][]string{{"--jobs=0", "--bwlimit=4K"}, {"--jobs=0", "--bwlimit=64K", "--daemon"}} {
		t.Run(strings.Join(flags, " "), func(t *testing.T) {
			p := newPlace(t)
			p.small(t, children+50, 32<<10) // in a minute 7 of them are done
			events, record, err := os.Pipe()
			must(t, err)
			defer events.Close()
			cmd := release(t, p, p.copy(append(flags, "--stall="+stall.String(), "--record=/dev/fd/3", "--quiet")...))
			cmd.ExtraFiles = []*os.File{record}
			r := start(t, p, cmd)
			record.Close()
			reader := event.NewReader(events)
			r.untilAlive(reader, children)
			stalled := make(chan int)
			go func() { stalled <- countStalled(reader) }()
			status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", r.pid))
			must(t, err)
			t.Logf("%d children: %d threads, %d KiB", children, statusNumber(status, "Threads"), statusNumber(status, "VmHWM"))
			if n := statusNumber(status, "Threads"); n > threads {
				t.Errorf("%d threads, want %d at most", n, threads)
			}
			if n := statusNumber(status, "VmHWM"); n > memory {
				t.Errorf("%d KiB at the peak, want %d at most", n, memory)
			}
			end := busy(t, 8, nil)
			n := math.Inf(1)
			for i := 0; i < 12 && (i < 2 || n > wakeups); i++ { // at first some have yet to come to their turn
				before, since := r.wakeups(), time.Now()
				time.Sleep(stall) // that it lasts is the point
				n = min(n, float64(r.wakeups()-before)/time.Since(since).Seconds())
			}
			t.Logf("%.1f wake-ups a second of all children together", n)
			if n > wakeups {
				t.Errorf("%.1f wake-ups a second, want %d at most", n, wakeups)
			}
			end()
			bucket, err := pace.Of(r.pid)
			must(t, err)
			bucket.SetRate(0)
			must(t, bucket.Close())
			if n := <-stalled; n > 0 {
				t.Errorf("%d children were given up", n)
			}
			r.wants(0)
			p.equal(t)
		})
	}
}

// wakeups is how often the children have slept and been woken, by their first threads: what Go does in the
// background, about once a minute in each process, is not theirs.
func (r *run) wakeups() (n int) {
	for _, c := range r.children() {
		status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.pid))
		if len(status) > 0 {
			n += statusNumber(status, "voluntary_ctxt_switches") + statusNumber(status, "nonvoluntary_ctxt_switches")
		}
	}
	return n
}

// countStalled reads the events to their end.
func countStalled(events *event.Reader) (n int) {
	for {
		e, err := events.Next()
		if err != nil {
			return n
		}
		if e.Kind == event.Stalled {
			n++
		}
	}
}

// untilAlive reads the events until so many children are alive.
func (r *run) untilAlive(events *event.Reader, n int) {
	r.Helper()
	for alive := 0; alive < n; {
		e, err := events.Next()
		if err != nil {
			r.Fatalf("%d children were alive, want %d; then %v; it says:\n%s", alive, n, err, r.stderr())
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

func statusNumber(status []byte, key string) int {
	_, rest, _ := strings.Cut(string(status), "\n"+key+":")
	n, _ := strconv.Atoi(strings.Fields(rest)[0])
	return n
}

// Others take the room while brood runs: it goes on with less, says so once, and
// nothing is lost, although some of its children find no room for their threads.
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
				t.Errorf("left: %q", left)
			}
			if n := strings.Count(r.stderr(), "[WARN]"); n > 1 {
				t.Errorf("%d warnings, want one:\n%s", n, r.stderr())
			}
			if strings.Contains(r.stderr(), "OS thread") && strings.Contains(r.stderr(), "fatal error") {
				t.Errorf("it says:\n%s", r.stderr())
			}
			t.Logf("refused %d times, %d of %d children had no room for their threads",
				len(r.of(event.Retried)), len(r.threadless()), len(r.of(event.Started)))
		})
	}
}

// threadless are the ends of children that had no room for their threads.
func (r *run) threadless() []event.Event {
	return slices.DeleteFunc(r.of(event.Exited), func(e event.Event) bool {
		return e.ExitCode == nil || !process.OutOfThreads(process.Exit{Code: *e.ExitCode, Signal: e.Signal}, e.Stderr)
	})
}

// What a Go program says when it gets no thread is what the parent takes it for,
// with cgo (which the race detector needs) and without.
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
	for name, program := range map[string]string{"as tested": p.dir + "/tested/brood", "released": release(t, p, p.copy()).Path} {
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
					t.Errorf("with room for %d tasks it ends with %+v, and is not taken for it; it says:\n%s", room, exit, out)
				}
				found++
			}
			if found == 0 {
				t.Error("room for one task is enough")
			}
		})
	}
}

// taskGroup is a cgroup that can limit how many threads there are in it.
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
			if !eventually(func() bool { return os.Remove(dir) == nil }) {
				t.Errorf("cannot remove %s", dir)
			}
		})
		if _, err := os.Stat(dir + "/pids.max"); err == nil {
			return taskGroup{t, dir}
		}
	}
	t.Skip("needs kernel: a cgroup with pids.max")
	return taskGroup{}
}

// run has cmd run in the group.
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

// take takes the room, more or less of it, so many times, and gives it back.
func (g taskGroup) take(r *run, times int) {
	g.Helper()
	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
	for range times {
		if r.over() {
			break
		}
		text, _ := os.ReadFile(g.dir + "/pids.current")
		current, _ := strconv.Atoi(strings.TrimSpace(string(text)))
		g.limit(max(current+random.IntN(16)-8, 24)) // the parent's, the guardian's, and a little
		time.Sleep(20 * time.Millisecond)           // how long it is taken; nothing depends on it
	}
	g.limit(1000)
}

// starve leaves room for the parent and for two threads more: a child can be
// started, and dies, until there is more.
func (g taskGroup) starve(r *run) {
	g.Helper()
	own := len(threads(r.pid))
	for _, guardian := range guardiansOf(r.pid) {
		own += len(threads(guardian))
	}
	g.limit(own + 2)
	if !eventually(func() bool { return len(r.threadless()) > 0 || r.over() }) || r.over() {
		g.Fatalf("no child has died for lack of threads; it says:\n%s", r.stderr())
	}
}
