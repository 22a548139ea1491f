package testenv_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"brood/internal/testenv"
)

func TestMain(m *testing.M) { os.Exit(testenv.New(m).Run()) }

// again is set in the environment of a second run of this binary.
const again = "TESTENV_AGAIN"

// runAgain runs a test in another run of this binary, called through the command in caller.
func runAgain(t *testing.T, test string, caller ...string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	words := append(caller, exe, "-test.run=^"+test+"$")
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Env = append(os.Environ(), again+"=yes", "BROOD_TESTS=", // as the first of its kind
		"LC_ALL=tr_TR.UTF-8", "TZ=Asia/Kathmandu", "NO_COLOR=1")
	cmd.Stderr = os.Stderr
	return cmd
}

// Signals that the caller ignores or blocks, its umask and its locale do not reach the tests.
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
				t.Errorf("%q, %v; want %q", out, err, here)
			}
		})
	}
}

// surroundings is what a child of the tests inherits.
func surroundings(t *testing.T) string {
	out, err := exec.Command("sh", "-c", `umask; grep -E "^Sig(Blk|Ign)" /proc/self/status; echo "$LC_ALL,$TZ,$NO_COLOR"`).Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// What a killed test binary has started ends, in whatever session it is.
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
	cmd := runAgain(t, "TestKilled")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var left int
	_, scanErr := fmt.Fscan(out, &left)
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if scanErr != nil {
		t.Fatal(scanErr)
	}
	for deadline := time.Now().Add(testenv.Patience); syscall.Kill(left, 0) == nil && !zombie(left); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("process %d outlives the killed test by %v", left, testenv.Patience)
		}
	}
}

// zombie tells whether nobody has reaped the process yet.
func zombie(pid int) bool {
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return strings.Contains(string(stat), ") Z ")
}
