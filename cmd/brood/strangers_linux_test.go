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

// fewPIDs is the kernel.pid_max of the namespace. Linux uses PIDs below 300 only once (kernel/pid.c, RESERVED_PIDS).
const fewPIDs = 800

// When the kernel reuses the PID of a child, brood sends no signal to the process that has it now.
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
					t.Errorf("%s: %v, want one of the statuses %d; stderr:\n%s",
						how.name, r.cmd.ProcessState, how.statuses, r.stderr())
				}
				t.Logf("%s: %d strangers started", how.name, s.pids.Load()-before)
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
	{"killed children", killsSome, []int{1, 0}}, // 0: the killed ones had finished their files
	{"killed", func(r *run) { after(r, 30); r.hears(syscall.SIGKILL) }, []int{-1, 0}},
}

// hears sends a signal to brood by its pidfd. In this test another process may soon have its PID.
func (r *run) hears(sig syscall.Signal) { _ = r.cmd.Process.Signal(sig) }

// after waits until the destination has at least that number of files.
func after(r *run, files int) {
	if !eventually(func() bool { return len(namesIn(r.dst)) >= files || r.over() }) {
		r.Errorf("%d files at the destination, want %d; stderr:\n%s", len(namesIn(r.dst)), files, r.stderr())
	}
}

// namesIn returns the names in a folder.
func namesIn(dir string) (names []string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// suspends stops and continues the run until it ends.
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

// killsSome kills three children.
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

// inSmallNamespace runs the test once more, in a namespace with few PIDs.
func inSmallNamespace(t *testing.T, env string) {
	t.Helper()
	needsRoot(t, "to make a PID namespace")
	needs(t, "unshare")
	needsKernel(t, 6, 14, "a pid_max for each PID namespace")
	// PID 1 of the namespace is a shell, which reaps orphans.
	script := fmt.Sprintf(`echo %d > /proc/sys/kernel/pid_max && "$@"; exit $?`, fewPIDs)
	cmd := exec.Command("unshare", "--pid", "--fork", "--mount-proc", "--kill-child=KILL",
		"sh", "-c", script, "sh", "/proc/self/exe", "-test.run=^"+t.Name()+"$", "-test.v")
	exe, err := os.Executable()
	must(t, err)
	cmd.Args[len(cmd.Args)-3] = exe
	cmd.Env = append(os.Environ(), env, programVariable+"="+program(t))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v:\n%s", err, out)
	}
	t.Logf("%s", out)
}

// needsKernel skips the test on an older Linux.
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

// strangers are short-lived processes, each in a process group of its own. Nobody has a reason to signal them.
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

// live starts one stranger and waits for it. A signal that stops or ends it is an error of the test.
func (s *strangers) live(sleep string, d time.Duration) {
	attr := syscall.ProcAttr{Sys: &syscall.SysProcAttr{Setpgid: true}}
	pid, err := syscall.ForkExec(sleep, []string{"sleep", fmt.Sprint(d.Seconds())}, &attr)
	if err != nil {
		return // all PIDs may be in use
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
			s.Errorf("stranger %d was stopped by %v, want no signal", pid, status.StopSignal())
			_ = syscall.Kill(pid, syscall.SIGCONT)
		case status.Signaled():
			s.Errorf("stranger %d was ended by %v, want no signal", pid, status.Signal())
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
