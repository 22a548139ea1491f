//go:build unix

package process_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"brood/internal/process"
	"brood/internal/testenv"
)

// TestMain makes this binary its own children, and the parents of the tests that kill a parent.
func TestMain(m *testing.M) {
	if depth := os.Getenv(withoutMain); depth != "" {
		startWithoutMain(atoi(depth))
	}
	if os.Getenv(crashingSetup) != "" && process.IsSetup(os.Args) {
		fmt.Fprint(os.Stderr, crashingSetup)
		os.Exit(2)
	}
	if status, ok := process.Main(os.Args, lookup, "late", "late-gate"); ok {
		os.Exit(status)
	}
	os.Exit(testenv.New(m).Run())
}

func lookup(name string) (process.Target, bool) {
	target, ok := targets[name]
	return target, ok
}

// withoutMain names the variable that makes this binary a program without a call of Main. Its value is the
// number of copies above.
const withoutMain = "BROOD_TEST_WITHOUT_MAIN"

// crashingSetup names the variable of a command whose setup ends too early, as without memory for Go's runtime.
const crashingSetup = "BROOD_TEST_CRASHING_SETUP"

// startWithoutMain starts a child, which does the same. After three copies it ends.
func startWithoutMain(depth int) {
	fmt.Println("depth", depth)
	if depth == 3 {
		os.Exit(0)
	}
	os.Setenv(withoutMain, fmt.Sprint(depth+1))
	p := process.New(process.Config{Target: "return"})
	if err := p.Start(); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	_ = p.Join()
	os.Exit(0)
}

// Without the call of Main a program would run itself again and again.
func TestStartWithoutMain(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), withoutMain+"=0")
	out, err := cmd.CombinedOutput()
	if got := string(out); err == nil || strings.Contains(got, "depth 1") ||
		!strings.Contains(got, process.ErrNoMain.Error()) {
		t.Errorf("%v; it says %q", err, got)
	}
}
