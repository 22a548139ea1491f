package umltest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The longest times for the tests, and for the machine with them.
const (
	testTimeout = 25 * time.Minute
	runTimeout  = 27 * time.Minute
)

// diskVariable names a folder of the machine's. The kernel's own folders are in memory.
const diskVariable = "BROOD_UML_DISK"

// Inside tells whether this process runs under Run, as root of a machine of its own.
func Inside() bool { return os.Getenv(diskVariable) != "" }

// Disk returns a folder whose files are not in memory.
func Disk() string {
	if dir := os.Getenv(diskVariable); dir != "" {
		return dir
	}
	return os.TempDir()
}

// Run runs the tests that match the pattern, as root. A test that skips itself counts as a failure.
func Run(t *testing.T, pattern string) {
	t.Helper()
	if Inside() {
		t.Skip("platform: runs inside already")
	}
	if runtime.GOARCH != "amd64" {
		t.Skip("platform: user-mode Linux is for amd64")
	}
	kernel, err := exec.LookPath("linux.uml")
	if err != nil {
		t.Skip("needs user-mode-linux: ", err)
	}
	dir := t.TempDir()
	m := machine{kernel, dir, dir + "/output"}
	if err := m.prepare(t, pattern); err != nil {
		t.Fatal(err)
	}
	console, err := m.run()
	text, _ := os.ReadFile(m.output)
	output := string(text)
	t.Log(output)
	if err != nil || !strings.HasSuffix(output, "\nstatus 0\n") {
		t.Errorf("failed: %v\n%s", err, console)
	}
	if !strings.Contains(output, "--- PASS") || strings.Contains(output, "--- SKIP") {
		t.Error("no test has passed, or one has skipped itself")
	}
}

// machine is a user-mode Linux that runs the tests and then ends.
type machine struct {
	kernel, dir string
	output      string // the file with the output of the tests, and then "status N"
}

// start is the machine's first process. Any user may write to its folders in memory.
const start = `#!/bin/sh
exec >%[1]q 2>&1
export PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin TMPDIR=/run HOME=/run %[2]s=%[3]q
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t tmpfs -o mode=1777 tmpfs /run
cd %[4]q && %[5]q -test.v -test.run=%[6]q -test.timeout=%[7]v
echo "status $?"
echo o >/proc/sysrq-trigger
sleep 1000
`

func (m machine) prepare(t *testing.T, pattern string) error {
	tests, err := m.tests()
	if err != nil {
		return err
	}
	disk := m.dir + "/disk"
	if err := os.Mkdir(disk, 0o777); err != nil {
		return err
	}
	here, err := os.Getwd()
	if err != nil {
		return err
	}
	script := fmt.Sprintf(start, m.output, diskVariable, disk, here, tests, pattern, testTimeout)
	return os.WriteFile(m.dir+"/init", []byte(script), 0o755)
}

// tests returns this binary, or the same without the race detector: that needs more addresses than a process
// has there.
func (m machine) tests() (string, error) {
	setting := map[string]string{}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			setting[s.Key] = s.Value
		}
	}
	if setting["-race"] != "true" {
		return os.Executable()
	}
	tests := m.dir + "/tests"
	out, err := exec.Command("go", "test", "-c", "-tags", setting["-tags"], "-o", tests, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go test -c: %w\n%s", err, out)
	}
	return tests, nil
}

// run boots the machine and waits until it is off.
func (m machine) run() (console []byte, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), runTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, m.kernel, "mem=512M", "uml_dir="+m.dir,
		"root=/dev/root", "rootfstype=hostfs", "rootflags=/", "rw",
		"init="+filepath.Join(m.dir, "init"), "con0=null", "con=null")
	cmd.Env = append(os.Environ(), "TMPDIR="+m.memory())
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { // each process of the machine is a process here
		return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
	console, err = cmd.CombinedOutput()
	if ctx.Err() != nil {
		err = errors.Join(fmt.Errorf("still on after %v", runTimeout), err)
	}
	return console, err
}

// memory returns the folder for the file that holds the machine's memory.
func (m machine) memory() string {
	const shared = "/dev/shm"
	var s syscall.Statfs_t
	if err := syscall.Statfs(shared, &s); err == nil && int64(s.Bavail)*s.Bsize > 1<<30 {
		return shared
	}
	return m.dir
}
