//go:build linux

package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"brood/internal/testenv"
)

// fewPIDs is what kernel.pid_max is lowered to in a namespace. Numbers below 300
// are given once only (kernel/pid.c, RESERVED_PIDS).
const fewPIDs = 800

// Numbers of processes come round: no signal of brood's reaches a stranger.
func TestStrangersGetNoSignal(t *testing.T) {
	testenv.Long(t)
	if os.Getenv("BROOD_TEST_STRANGERS") == "" {
		t.Parallel()
		inSmallNamespace(t, "BROOD_TEST_STRANGERS=1")
		return
	}
	s := newStrangers(t, 24)
	for _, flags := range [][]string{{"--jobs=6"}, {"--jobs=6", "--daemon"}} {
		t.Run(strings.Join(flags, " "), func(t *testing.T) {
			for _, how := range endings {
				before := s.pids.Load()
				p := newPlace(t)
				p.small(t, 100, 1000)
				r := start(t, p, p.copy(flags...))
				how.end(r)
				<-r.ended
				if !slices.Contains(how.statuses, r.cmd.ProcessState.ExitCode()) {
					t.Errorf("%s: %v, want one of %d; it says:\n%s", how.name, r.cmd.ProcessState, how.statuses, r.stderr())
				}
				t.Logf("%s: %d strangers came and went", how.name, s.pids.Load()-before)
			}
		})
	}
	s.stop()
}

var endings = []struct {
	name     string
	end      func(*run)
	statuses []int
}{
	{"undisturbed", func(*run) {}, []int{0}},
	{"suspended", suspends, []int{0}},
	{"terminated", func(r *run) { after(r, 30); r.hears(syscall.SIGTERM); r.hears(syscall.SIGTERM) }, []int{143, 0}},
	{"killed children", killsSome, []int{1, 0}}, // 0: they had done their work
	{"killed", func(r *run) { after(r, 30); r.hears(syscall.SIGKILL) }, []int{-1, 0}},
}

// hears signals brood by its pidfd: here its number may soon be another's.
func (r *run) hears(sig syscall.Signal) { _ = r.cmd.Process.Signal(sig) }

// after waits until so many of the files are there.
func after(r *run, files int) {
	if !eventually(func() bool { return len(namesIn(r.dst)) >= files || r.over() }) {
		r.Errorf("there are no %d files; it says:\n%s", files, r.stderr())
	}
}

func namesIn(dir string) (names []string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// suspends stops the run and lets it go on, again and again, to its end.
func suspends(r *run) {
	for !r.over() {
		r.hears(syscall.SIGTSTP)
		eventually(func() bool { return stateOf(r.pid) == "T" || r.over() })
		r.hears(syscall.SIGCONT)
		eventually(func() bool { return stateOf(r.pid) != "T" })
		seen := len(namesIn(r.dst))
		eventually(func() bool { return len(namesIn(r.dst)) > seen+5 || r.over() })
	}
}

// killsSome kills three children in the midst of what they do.
func killsSome(r *run) {
	for killed := 0; killed < 3 && !r.over(); {
		children := r.children()
		if len(children) == 0 {
			continue
		}
		c := children[0]
		if pidfd, err := unix.PidfdOpen(c.pid, 0); err == nil {
			if slices.Equal(argv(c.pid), c.argv) && unix.PidfdSendSignal(pidfd, unix.SIGKILL, nil, 0) == nil {
				killed++
			}
			unix.Close(pidfd)
		}
	}
}

// inSmallNamespace runs the test once more where there are few process IDs.
func inSmallNamespace(t *testing.T, env string) {
	t.Helper()
	needsRoot(t, "to make a PID namespace")
	needs(t, "unshare")
	needsKernel(t, 6, 14, "a pid_max for each PID namespace")
	// A shell is the namespace's PID 1, since it reaps whatever it is left.
	script := fmt.Sprintf(`echo %d > /proc/sys/kernel/pid_max && "$@"; exit $?`, fewPIDs)
	cmd := exec.Command("unshare", "--pid", "--fork", "--mount-proc", "--kill-child=KILL",
		"sh", "-c", script, "sh", "/proc/self/exe", "-test.run=^"+t.Name()+"$", "-test.v")
	exe, err := os.Executable()
	must(t, err)
	cmd.Args[len(cmd.Args)-3] = exe
	cmd.Env = append(os.Environ(), env)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v:\n%s", err, out)
	}
	t.Logf("%s", out)
}

func needsKernel(t *testing.T, major, minor int, what string) {
	t.Helper()
	var name unix.Utsname
	must(t, unix.Uname(&name))
	var is [2]int
	_, err := fmt.Sscanf(unix.ByteSliceToString(name.Release[:]), "%d.%d", &is[0], &is[1])
	must(t, err)
	if slices.Compare(is[:], []int{major, minor}) < 0 {
		t.Skipf("needs kernel: %s (Linux %d.%d)", what, major, minor)
	}
}

// strangers are processes that come and go, each leading a group of its own, and
// that nobody has a reason to signal.
type strangers struct {
	*testing.T
	pids    atomic.Int64
	stopped atomic.Bool
	running sync.WaitGroup
}

func newStrangers(t *testing.T, n int) *strangers {
	s := &strangers{T: t}
	sleep, err := exec.LookPath("sleep")
	if err != nil {
		t.Skipf("needs sleep: %v", err)
	}
	for i := range n {
		random := rand.New(rand.NewPCG(uint64(i), 0))
		s.running.Go(func() {
			for !s.stopped.Load() {
				s.live(sleep, time.Duration(random.IntN(60))*time.Millisecond)
			}
		})
	}
	t.Cleanup(s.stop)
	return s
}

// live is the life of one, which reports whatever signal stops or ends it.
func (s *strangers) live(sleep string, d time.Duration) {
	pid, err := syscall.ForkExec(sleep, []string{"sleep", fmt.Sprint(d.Seconds())}, &syscall.ProcAttr{Sys: &syscall.SysProcAttr{Setpgid: true}})
	if err != nil {
		return // there are few numbers, and they may all be in use
	}
	s.pids.Add(1)
	for {
		var status syscall.WaitStatus
		_, err := syscall.Wait4(pid, &status, syscall.WUNTRACED, nil)
		switch {
		case err == syscall.EINTR:
		case err != nil:
			s.Errorf("wait for stranger %d: %v", pid, err)
			return
		case status.Stopped():
			s.Errorf("stranger %d was stopped by %v", pid, status.StopSignal())
			_ = syscall.Kill(pid, syscall.SIGCONT)
		case status.Signaled():
			s.Errorf("stranger %d was ended by %v", pid, status.Signal())
			return
		default:
			return
		}
	}
}

func (s *strangers) stop() {
	s.stopped.Store(true)
	s.running.Wait()
}
