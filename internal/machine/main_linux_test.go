package machine_test

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"brood/internal/testenv"
)

// behaviour is the variable that makes this binary a process to look at. Its value says what the process does.
const behaviour = "BROOD_TEST_BEHAVIOUR"

func TestMain(m *testing.M) {
	if what := os.Getenv(behaviour); what != "" {
		fmt.Println("up")
		behave(what)
	}
	os.Exit(testenv.New(m).Run())
}

func behave(what string) {
	switch what {
	case "spins":
		for began := time.Now(); time.Since(began) < time.Hour; {
		}
	case "waits": // for a child that spins
		runtime.LockOSThread() // the child's end comes with that of the thread
		cmd := exec.Command("/proc/self/exe")
		cmd.Env = append(os.Environ(), behaviour+"=spins")
		cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		_ = cmd.Run()
		time.Sleep(time.Hour)
	case "sleeps":
		time.Sleep(time.Hour)
	case "reads": // sits in a system call, while Go's other threads are idle
		var pipe [2]int
		if err := unix.Pipe(pipe[:]); err == nil {
			_, _ = unix.Read(pipe[0], make([]byte, 1))
		}
	}
}

// start starts a process that behaves so, and ends it after the test.
func start(t *testing.T, what string) *os.Process {
	t.Helper()
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), behaviour+"="+what)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	if _, err := out.Read(make([]byte, 3)); err != nil {
		t.Fatal(err)
	}
	return cmd.Process
}

func signal(t *testing.T, sig os.Signal, to ...*os.Process) {
	t.Helper()
	for _, p := range to {
		if err := p.Signal(sig); err != nil {
			t.Fatal(err)
		}
	}
}

// eventually polls with a deadline that no machine is too slow for.
func eventually(condition func() bool) bool {
	for deadline := time.Now().Add(testenv.Patience); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		if condition() {
			return true
		}
	}
	return condition()
}
