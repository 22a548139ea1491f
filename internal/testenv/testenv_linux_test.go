package testenv_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"brood/internal/faultfs"
	"brood/internal/testenv"
)

func TestMain(m *testing.M) { os.Exit(testenv.New(m).Run()) }

// again is an environment variable that a second run of this binary has. Its value is a folder of the test.
const again = "TESTENV_AGAIN"

// runAgain returns a command that runs a test in another run of this binary. The words of caller come before it.
func runAgain(t *testing.T, test string, caller ...string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	words := append(caller, exe, "-test.run=^"+test+"$")
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Env = append(os.Environ(), again+"="+t.TempDir(), "BROOD_TESTS=", // so it has its own sweeper
		"LC_ALL=tr_TR.UTF-8", "TZ=Asia/Kathmandu", "NO_COLOR=1")
	cmd.Stderr = os.Stderr
	return cmd
}

// Tests have the same signal handling, umask and locale for all callers, also when these ignore or block signals.
func TestSurroundings(t *testing.T) {
	if os.Getenv(again) != "" {
		fmt.Println(surroundings(t))
		return
	}
	here := surroundings(t)
	for name, caller := range map[string][]string{
		"ignored": {"sh", "-c", `trap "" HUP INT TERM QUIT TSTP PIPE CHLD USR1; umask 077; exec "$0" "$@"`},
		"blocked": {"env", "--block-signal=HUP,TERM,CHLD"},
		"nohup":   {"nohup"},
		"setsid":  {"setsid", "--wait"},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := runAgain(t, "TestSurroundings", caller...).Output()
			if err != nil || !strings.HasPrefix(string(out), here+"\n") {
				t.Errorf("surroundings %q, %v; want %q", out, err, here)
			}
		})
	}
}

// surroundings returns what a child of the tests inherits: umask, signals, locale.
func surroundings(t *testing.T) string {
	const show = `umask; grep -E "^Sig(Blk|Ign)" /proc/self/status; echo "$LC_ALL,$TZ,$NO_COLOR"`
	out, err := exec.Command("sh", "-c", show).Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// When a test binary is killed, the processes that it has started end, also in another session.
func TestKilled(t *testing.T) {
	if os.Getenv(again) != "" {
		left := exec.Command("setsid", "sh", "-c", `trap "" TERM; sleep 1000`)
		if err := left.Start(); err != nil {
			t.Fatal(err)
		}
		fmt.Println(left.Process.Pid)
		_ = left.Wait()
		return
	}
	testenv.Long(t)
	left, err := strconv.Atoi(killed(t, "TestKilled"))
	if err != nil {
		t.Fatal(err)
	}
	if !eventually(func() bool { return syscall.Kill(left, 0) != nil || zombie(left) }) {
		t.Fatalf("process %d is alive %v after its test was killed, want it ended", left, testenv.Patience)
	}
}

// When a test binary is killed, its file systems are unmounted.
func TestKilledWithMount(t *testing.T) {
	if dir := os.Getenv(again); dir != "" {
		at, source := dir+"/mount", dir+"/source" // the other run removes them, as this one is killed
		err := errors.Join(os.Mkdir(at, 0o755), os.Mkdir(source, 0o755))
		if err == nil {
			_, err = faultfs.Mount(at, source, faultfs.Options{})
		}
		if err != nil {
			fmt.Println("none")
			t.Fatal(err)
		}
		fmt.Println(at)
		select {}
	}
	dir := killed(t, "TestKilledWithMount")
	if dir == "none" {
		t.Skip("needs fuse3, or root")
	}
	mounted := func() bool {
		mounts, _ := os.ReadFile("/proc/self/mountinfo")
		return strings.Contains(string(mounts), " "+dir+" ")
	}
	if !eventually(func() bool { return !mounted() }) {
		t.Errorf("%s is mounted %v after its test was killed, want it unmounted", dir, testenv.Patience)
	}
}

// killed runs a test in another run of this binary, kills it when it has printed a word, and returns the word.
func killed(t *testing.T, test string) (word string) {
	t.Helper()
	cmd := runAgain(t, test)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_, err = fmt.Fscan(out, &word)
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if err != nil {
		t.Fatal(err)
	}
	return word
}

// eventually polls until the condition holds. It gives up, and returns false, after testenv.Patience.
func eventually(condition func() bool) bool {
	for deadline := time.Now().Add(testenv.Patience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if condition() {
			return true
		}
	}
	return condition()
}

// zombie tells whether the process has ended and its parent has not reaped it yet.
func zombie(pid int) bool {
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return strings.Contains(string(stat), ") Z ")
}
