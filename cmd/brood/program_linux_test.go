package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"

	"brood/internal/testenv"
)

// raceInLong is for a long search for data races, such as 30 minutes of TestSoak.
var raceInLong = flag.Bool("race-in-long", false, "with -race, long tests run the program with the race detector, too")

// programVariable names a program for a test binary that is started by another one.
const programVariable = "BROOD_TEST_PROGRAM"

// program returns the file that a test starts as brood. With -race, short tests run this binary, and so the race
// detector. Long tests (those that call testenv.Long) run the program as it is released: they mostly start
// processes, and with the race detector a start takes 17 ms of CPU time instead of 3 ms.
func program(t *testing.T) string {
	t.Helper()
	if !raceEnabled || *raceInLong || !testenv.IsLong(t) {
		return "/proc/self/exe"
	}
	return withoutRace(t)
}

// withoutRace returns the program as it is released, for a test binary with the race detector.
func withoutRace(t *testing.T) string {
	t.Helper()
	if given := os.Getenv(programVariable); given != "" {
		return given
	}
	needs(t, "go")
	path, err := built()
	must(t, err)
	return path
}

// built builds the program as it is released, once. The file is there until the tests end.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "brood-built-")
	if err != nil {
		return "", err
	}
	afterTests = append(afterTests, func() { os.RemoveAll(dir) })
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-tags", "urfave_cli_no_docs,noasm",
		"-o", dir+"/brood", ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %v\n%s", err, out)
	}
	return dir + "/brood", os.Chmod(dir, 0o755)
})

// installed copies the test's program to bin/brood in the place, where it can be replaced or removed.
func (p place) installed(t *testing.T) string {
	t.Helper()
	contents, err := os.ReadFile(program(t))
	must(t, err)
	must(t, os.Mkdir(p.dir+"/bin", 0o755))
	// A child that another test forks while the file is open for writing makes the exec fail with ETXTBSY
	// (golang/go#22315).
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	must(t, os.WriteFile(p.dir+"/bin/brood", contents, 0o755))
	return p.dir + "/bin/brood"
}

// released returns a program without the race detector, for tests of memory and threads: the detector takes its own.
func (p place) released(t *testing.T) string {
	t.Helper()
	if raceEnabled {
		return withoutRace(t)
	}
	return p.installed(t)
}

// release makes cmd run the program without the race detector.
func release(t *testing.T, p place, cmd *exec.Cmd) *exec.Cmd {
	t.Helper()
	cmd.Path = p.released(t)
	return cmd
}

// named returns a program with the file name brood and without the race detector: strace runs a command under the name
// of its file.
func (p place) named(t *testing.T) string {
	t.Helper()
	if raceEnabled {
		return withoutRace(t)
	}
	self, err := os.Executable()
	must(t, err)
	if err := os.Symlink(self, p.dir+"/brood"); err != nil && !os.IsExist(err) {
		t.Fatal(err)
	}
	return p.dir + "/brood"
}
