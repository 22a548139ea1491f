package faultfs_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"brood/internal/faultfs"
	"brood/internal/testenv"
)

// clientOf names a call. A process with this variable makes the call in the folder that is its argument. The
// test itself makes no call that may stall: if a process is killed while one of its threads waits for the file
// system that it serves, both stay until root ends the connection.
const clientOf = "FAULTFS_CLIENT_OF"

// The client makes the call on the first thread: its state is the state of the process in /proc.
func init() { runtime.LockOSThread() }

// client makes the call, and exits with 0, or with 3 if the call fails.
func client(of string) {
	signal.Notify(make(chan os.Signal, 1), unix.SIGUSR1) // otherwise it ends the client
	call := map[string]func(string) error{"read by another thread": readAndExit, "invert by a mapping": invertMapped}
	for _, c := range calls {
		call[c.name] = c.call
	}
	fmt.Println("ready")
	err := call[of](os.Args[1])
	fmt.Println(err)
	if err != nil {
		os.Exit(3)
	}
	os.Exit(0)
}

// readAndExit exits with 7 when there is a file "go", while its other thread still reads.
func readAndExit(dir string) error {
	go os.ReadFile(dir + "/a")
	for {
		if _, err := os.Stat(dir + "/go"); err == nil {
			os.Exit(7)
		}
		time.Sleep(time.Millisecond)
	}
}

// startClient starts a client, and returns just before it makes the call.
func startClient(t *testing.T, call string, f *faultfs.FS) (*exec.Cmd, *bufio.Reader) {
	t.Helper()
	cmd := exec.Command("/proc/self/exe", f.Mounted)
	// Without this, the race detector delays a normal exit by 1 s.
	cmd.Env = append(os.Environ(), clientOf+"="+call, "GORACE=atexit_sleep_ms=0")
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() {
		if cmd.ProcessState == nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	})
	says := bufio.NewReader(out)
	if line, err := says.ReadString('\n'); line != "ready\n" {
		t.Fatalf("client prints %q, %v; want ready", line, err)
	}
	return cmd, says
}

// TestEachOperationStalls: an operation waits until the rule is removed, and then succeeds.
func TestEachOperationStalls(t *testing.T) {
	for _, tt := range calls {
		t.Run(tt.name, func(t *testing.T) {
			f := populated(t)
			fault := f.Inject(faultfs.Rule{Ops: tt.op, Name: tt.on, Stall: faultfs.Uninterruptible})
			cmd, _ := startClient(t, tt.name, f)
			<-fault.Met()
			eventually(t, "waiting", func() bool { return waits(cmd.Process.Pid) })
			if fault.Stalled() != 1 {
				t.Errorf("%d stalled, want 1", fault.Stalled())
			}
			fault.Remove()
			must(t, cmd.Wait())
			if fault.Stalled() != 0 || fault.Count() != 1 {
				t.Errorf("%d still stalled of %d", fault.Stalled(), fault.Count())
			}
		})
	}
}

// TestStallThenFail: an operation waits and then fails, as for a disk that resets.
func TestStallThenFail(t *testing.T) {
	f := populated(t)
	fault := f.Inject(faultfs.Rule{Ops: faultfs.Open, Stall: faultfs.Killable, Err: syscall.ETIMEDOUT})
	cmd, says := startClient(t, "open", f)
	<-fault.Met()
	fault.Remove()
	if err, _ := says.ReadString('\n'); !strings.HasSuffix(err, syscall.ETIMEDOUT.Error()+"\n") {
		t.Errorf("client prints %q, want ETIMEDOUT", err)
	}
	wantExit(t, cmd, 3)
}

// TestOthersGoOn: a stalled read stalls neither other files nor the bytes before it.
func TestOthersGoOn(t *testing.T) {
	f := populated(t)
	fault := f.Inject(faultfs.Rule{Ops: faultfs.Read, Name: "a", From: 4, Stall: faultfs.Killable})
	for range 20 {
		startClient(t, "read", f)
	}
	eventually(t, "20 stalled", func() bool { return fault.Stalled() == 20 })
	must(t, os.WriteFile(f.Mounted+"/b", contents(page), 0o600))
	wantFile(t, f.Mounted+"/b", contents(page))
	part := make([]byte, 4)
	must(t, withFile(f.Mounted+"/a", os.O_RDONLY, func(f *os.File) error {
		_, err := io.ReadFull(f, part)
		return err
	}))
	if string(part) != "cont" {
		t.Errorf("bytes before the fault: %q", part)
	}
}

// TestStalledAndSignalled sends a stalled client a signal that it handles, and then SIGKILL.
func TestStalledAndSignalled(t *testing.T) {
	for _, tt := range []struct {
		name  string
		stall faultfs.Stall
	}{
		{"interruptible", faultfs.Interruptible}, {"killable", faultfs.Killable},
		{"uninterruptible", faultfs.Uninterruptible},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := populated(t)
			fault := f.Inject(faultfs.Rule{Ops: faultfs.Read, Name: "a", Stall: tt.stall})
			cmd, _ := startClient(t, "read", f)
			<-fault.Met()
			pid := cmd.Process.Pid
			must(t, unix.Tgkill(pid, pid, unix.SIGUSR1))
			if tt.stall == faultfs.Interruptible {
				eventually(t, "asked again", func() bool { return fault.Count() > 1 && fault.Stalled() == 1 })
			} else {
				// The signal changes the wait to one in state D.
				eventually(t, "waiting in state D", func() bool { return state(pid) == "D" })
			}
			must(t, cmd.Process.Kill())
			if tt.stall == faultfs.Uninterruptible {
				eventually(t, "killed and still there", func() bool { return killPending(pid) && state(pid) == "D" })
				if fault.Count() != 1 || fault.Stalled() != 1 {
					t.Errorf("stalled %d of %d", fault.Stalled(), fault.Count())
				}
				fault.Remove()
			}
			wantKilled(t, cmd)
			eventually(t, "none stalled", func() bool { return fault.Stalled() == 0 })
			if tt.stall == faultfs.Killable && fault.Count() != 1 {
				t.Errorf("asked %d times", fault.Count())
			}
		})
	}
}

// TestStalledThreadOfExit: a process can exit while one of its threads waits.
func TestStalledThreadOfExit(t *testing.T) {
	f := populated(t)
	fault := f.Inject(faultfs.Rule{Ops: faultfs.Read, Name: "a", Stall: faultfs.Killable})
	cmd, _ := startClient(t, "read by another thread", f)
	<-fault.Met()
	must(t, os.WriteFile(f.Mounted+"/go", nil, 0o600))
	wantExit(t, cmd, 7)
	eventually(t, "none stalled", func() bool { return fault.Stalled() == 0 })
}

func wantExit(t *testing.T, cmd *exec.Cmd, code int) {
	t.Helper()
	_ = cmd.Wait()
	if cmd.ProcessState.ExitCode() != code {
		t.Errorf("client: %v; want exit status %d", cmd.ProcessState, code)
	}
}

func wantKilled(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	_ = cmd.Wait()
	if status := cmd.ProcessState.Sys().(syscall.WaitStatus); status.Signal() != unix.SIGKILL {
		t.Errorf("client: %v", cmd.ProcessState)
	}
}

// state returns the letter of the state (proc_pid_stat(5)).
func state(pid int) string {
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, fields, _ := strings.Cut(string(stat), ") ")
	return fields[:min(1, len(fields))]
}

// waits reports whether the process waits for an answer of FUSE.
func waits(pid int) bool {
	wchan, _ := os.ReadFile(fmt.Sprintf("/proc/%d/wchan", pid))
	return string(wchan) == "request_wait_answer"
}

func killPending(pid int) bool {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	return strings.Contains(string(status), "\nShdPnd:\t0000000000000100\n")
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(testenv.Patience); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not %s within %v", what, testenv.Patience)
		}
	}
}

// TestDeviceIsNotInherited: a child does not have the device open. Otherwise the clients of a killed server would
// wait until that child ends.
func TestDeviceIsNotInherited(t *testing.T) {
	f := populated(t)
	fault := f.Inject(faultfs.Rule{Ops: faultfs.Read, Stall: faultfs.Killable})
	cmd, _ := startClient(t, "read", f)
	<-fault.Met()
	open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", cmd.Process.Pid))
	must(t, err)
	seen := false
	for _, e := range open {
		to, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%s", cmd.Process.Pid, e.Name()))
		seen = seen || to == f.Mounted+"/a"
		if to == "/dev/fuse" {
			t.Errorf("descriptor %s is the device", e.Name())
		}
	}
	if !seen {
		t.Errorf("the file is not among the %d open files", len(open))
	}
}
