package jobs

import (
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"brood/internal/memfd"
	"brood/internal/testenv"
)

// TestMain lets a test run this program as another user, to read the number of a process.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "number" {
		var pid int
		_, err := fmt.Sscan(os.Args[2], &pid)
		if err == nil {
			_, err = Of(pid)
		}
		fmt.Println(err)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestSet(t *testing.T) {
	s := share(t, 4)
	n := of(t, os.Getpid())
	before := 4
	for _, to := range []int{8, 1, Unlimited, math.MaxInt} {
		if got, err := n.Set(to); got != before || err != nil {
			t.Errorf("Set(%d) returns %d, %v, want %d", to, got, err, before)
		}
		if got := next(t, s); got != to {
			t.Errorf("the parent reads %d, want %d", got, to)
		}
		if got, err := n.Get(); got != to || err != nil {
			t.Errorf("Get returns %d, %v, want %d", got, err, to)
		}
		before = to
	}
}

// Of several changes that the parent has not read, the last one comes.
func TestLastChangeComes(t *testing.T) {
	s := share(t, Auto)
	n := of(t, os.Getpid())
	for to := range 100 {
		_, err := n.Set(to + 1)
		must(t, err)
	}
	for next(t, s) != 100 {
	}
}

// A signal with the number as it was, or with nonsense in the file, is no change.
func TestNoChange(t *testing.T) {
	s := share(t, 4)
	for _, text := range []string{
		fmt.Sprintf("%19d\n", 4), fmt.Sprintf("%19d\n", Auto), fmt.Sprintf("%19d\n", -9), fmt.Sprintf("%19s\n", "many"),
		strings.Repeat("\x00", fileSize), strings.Repeat("9", fileSize),
	} {
		_, err := s.file.WriteAt([]byte(text), 0)
		must(t, err)
		for range 3 { // when the third is in the channel, watch is done with the first
			select {
			case s.woken <- unix.SIGWINCH:
			case n := <-s.Changes():
				t.Errorf("%q is the change to %d, want none", text, n)
			}
		}
	}
}

func TestOfOthers(t *testing.T) {
	s := share(t, 4)
	child := exec.Command("sleep", "1000") // it does not inherit the file
	must(t, child.Start())
	t.Cleanup(func() { _ = child.Wait() })
	wantOf(t, child.Process.Pid, ErrNone)
	must(t, child.Process.Kill())
	if !eventually(func() bool { _, err := Of(child.Process.Pid); return errors.Is(err, unix.ESRCH) }) {
		t.Error("Of does not return ESRCH for a zombie")
	}
	wantOf(t, math.MaxInt32, unix.ESRCH)
	must(t, s.Close())
	wantOf(t, os.Getpid(), ErrNone)
}

// A file with the right name alone is no number.
func TestOfImpostor(t *testing.T) {
	for _, size := range []int64{0, fileSize, 4096} {
		f, err := memfd.New(fileName, size)
		must(t, err)
		wantOf(t, os.Getpid(), ErrNone)
		must(t, f.Close())
	}
}

// A user who may not trace a process may not see its number.
func TestOfAnotherUser(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root: to be two users")
	}
	share(t, 4)
	cmd := exec.Command("/proc/self/exe", "number", fmt.Sprint(os.Getpid()))
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.CombinedOutput()
	must(t, err)
	if !strings.Contains(string(out), "permission denied") {
		t.Errorf("%q", out)
	}
}

// Where nothing can be shared, nothing changes.
func TestNil(t *testing.T) {
	var s *Shared
	if s.Changes() != nil || s.Close() != nil {
		t.Error("a nil Shared does something")
	}
}

func share(t *testing.T, n int) *Shared {
	t.Helper()
	s, err := Share(n)
	must(t, err)
	t.Cleanup(func() {
		if _, err := s.file.Stat(); err == nil { // or the test has closed it
			must(t, s.Close())
		}
	})
	return s
}

func of(t *testing.T, pid int) *Number {
	t.Helper()
	n, err := Of(pid)
	must(t, err)
	t.Cleanup(func() { must(t, n.Close()) })
	return n
}

func wantOf(t *testing.T, pid int, want error) {
	t.Helper()
	n, err := Of(pid)
	if !errors.Is(err, want) {
		t.Errorf("Of returns %v, want %v", err, want)
	}
	if err == nil {
		n.Close()
	}
}

// next returns the next change.
func next(t *testing.T, s *Shared) int {
	t.Helper()
	select {
	case n := <-s.Changes():
		return n
	case <-time.After(testenv.Patience):
		t.Fatal("no change comes")
		return 0
	}
}

// eventually polls with a deadline that suits even a slow machine.
func eventually(condition func() bool) bool {
	for deadline := time.Now().Add(testenv.Patience); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if condition() {
			return true
		}
	}
	return condition()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
