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

// The tests there may take so long, and all of it so long: then it is ended.
const (
	testTimeout = 8 * time.Minute
	runTimeout  = 10 * time.Minute
)

// diskVariable has a folder of the machine's, as files in one of the kernel's own are memory.
const diskVariable = "BROOD_UML_DISK"

// Inside tells whether this process runs under Run, as root of a machine that is its own.
func Inside() bool { return os.Getenv(diskVariable) != "" }

// Disk is a folder whose files are not in memory.
func Disk() string {
	if dir := os.Getenv(diskVariable); dir != "" {
		return dir
	}
	return os.TempDir()
}

// Run runs the tests that match the pattern, as root. Each has to pass; one that skips itself is a failure.
func Run(t *testing.T, pattern string) {
	t.Helper()
	if Inside() {
		t.Skip("platform: is inside already")
	}
	if runtime.GOARCH != "amd64" {
		t.Skip("platform: user-mode Linux is for amd64")
	}
	kernel, err := exec.LookPath("linux.uml")
	if err != nil {
		t.Skip("needs user-mode-linux: ", err)
	}
	dir := t.TempDir()
	m := machine{kernel, dir, dir + "/said"}
	if err := m.prepare(t, pattern); err != nil {
		t.Fatal(err)
	}
	console, err := m.run()
	text, _ := os.ReadFile(m.said)
	said := string(text)
	t.Log(said)
	if err != nil || !strings.HasSuffix(said, "\nstatus 0\n") {
		t.Errorf("failed: %v\n%s", err, console)
	}
	if !strings.Contains(said, "--- PASS") || strings.Contains(said, "--- SKIP") {
		t.Error("nothing ran, or some skipped itself")
	}
}

// machine is one that is to run the tests and to end.
type machine struct {
	kernel, dir string
	said        string // the file that has what the tests said, and then "status N"
}

// start is the machine's first process. Its folders of memory are any user's.
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
	script := fmt.Sprintf(start, m.said, diskVariable, disk, here, tests, pattern, testTimeout)
	return os.WriteFile(m.dir+"/init", []byte(script), 0o755)
}

// tests is this binary, or one of the same without the race detector, which needs more addresses
// than a process has there.
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
	cmd := exec.CommandContext(ctx, m.kernel, "mem=512M", "uml_dir="+m.dir, "root=/dev/root", "rootfstype=hostfs", "rootflags=/", "rw",
		"init="+filepath.Join(m.dir, "init"), "con0=null", "con=null")
	cmd.Env = append(os.Environ(), "TMPDIR="+m.memory())
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) } // each process there is one here
	console, err = cmd.CombinedOutput()
	if ctx.Err() != nil {
		err = errors.Join(fmt.Errorf("not off after %v", runTimeout), err)
	}
	return console, err
}

// memory is the folder for the file that is the machine's memory.
func (m machine) memory() string {
	const shared = "/dev/shm"
	var s syscall.Statfs_t
	if err := syscall.Statfs(shared, &s); err == nil && int64(s.Bavail)*s.Bsize > 1<<30 {
		return shared
	}
	return m.dir
}
