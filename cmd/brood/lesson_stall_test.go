//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"brood/internal/faultfs"
	"brood/internal/faultfs/faultfstest"
	"brood/internal/testenv"
)

// hanging makes a folder of five files on a disk that hangs at one operation on one name.
func hanging(t *testing.T, op faultfs.Op, name string) (*faultfs.FS, *faultfs.Fault) {
	t.Helper()
	f := faultfstest.Mount(t, faultfs.Options{})
	for i := range 5 {
		must(t, os.WriteFile(fmt.Sprintf("%s/%d.mov", f.Beneath, i+1), noise(20_000, i), 0o600))
	}
	return f, f.Inject(faultfs.Rule{Ops: op, Name: name, Stall: faultfs.Uninterruptible})
}

// lessonOn is the command for the lesson on that folder. Its temporary files are in a folder of the place.
func (p place) lessonOn(t *testing.T, folder string) *exec.Cmd {
	t.Helper()
	must(t, os.Mkdir(p.dir+"/tmp", 0o700))
	cmd := p.brood("lesson", "stall", folder, "--lang=en", "--show=none", "--no-quiz", "--pace=5")
	cmd.Env = append(cmd.Env, "TMPDIR="+p.dir+"/tmp")
	return cmd
}

// held returns the PID of the child that the disk holds.
func (r *run) held(fault *faultfs.Fault, name string) (pid int) {
	r.Helper()
	select {
	case <-fault.Met():
	case <-r.ended:
		r.Fatalf("the disk holds no child; output:\n%s", r.stderr())
	}
	for _, line := range r.alive() {
		if strings.Contains(line, name) && strings.Contains(line, "stall-") {
			fmt.Sscan(line, &pid)
		}
	}
	return pid
}

// leavesNoMore fails the test if the lesson leaves more than that child, or if the child does not end when
// the disk answers.
func (r *run) leavesNoMore(fault *faultfs.Fault, pid int) {
	r.Helper()
	if files, err := os.ReadDir(r.dir + "/tmp"); len(files) > 0 || err != nil {
		r.Errorf("files left behind: %v, %v", files, err)
	}
	if !strings.Contains(threads(pid), "D") {
		r.Errorf("process %d has the states %q, want D", pid, threads(pid))
	}
	fault.Remove()
	if !eventually(func() bool { return strings.Trim(threads(pid), "ZX") == "" && len(r.alive()) == 0 }) {
		r.Errorf("after the disk's answer process %d has the states %q; alive: %q", pid, threads(pid), r.alive())
	}
}

// The lesson ends without a child that neither SIGTERM nor SIGKILL ends, and says so.
func TestLessonOnADiskThatHangs(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	for name, row := range map[string]struct {
		op                 faultfs.Op
		of, process, after string
	}{
		"one file is not opened": {faultfs.Open, "3.mov", "3.mov", "files that arrived: 4\r\n"},
		"one file is not read":   {faultfs.Read, "3.mov", "3.mov", "files that arrived: 4\r\n"},
		"the folder is not read": {faultfs.Readdir, ".", "list", ": no answer in 25s\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			f, fault := hanging(t, row.op, row.of)
			r := startInTerminal(t, p, p.lessonOn(t, f.Mounted))
			pid := r.held(fault, row.process)
			r.endsWith(0)
			r.says("given up: " + row.process + "\r\nits state: ")
			r.says("state after SIGTERM: D\r\nstate after SIGKILL: D\r\nthe main process goes on without it\r\n")
			r.says(row.after)
			r.says("= nothing, as long as it is in D. ")
			r.says("= it ends without its child. ")
			r.says(fmt.Sprintf("\nProcess %d (", pid))
			r.says(") is still there. Its parent is process ")
			r.leavesNoMore(fault, pid)
		})
	}
}

// Ctrl-C ends the lesson while it has such a child.
func TestInterruptedOnADiskThatHangs(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	for name, op := range map[string]faultfs.Op{
		"one file is not opened": faultfs.Open, "one file is not read": faultfs.Read,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			f, fault := hanging(t, op, "3.mov")
			r := startInTerminal(t, p, p.lessonOn(t, f.Mounted))
			pid := r.held(fault, "3.mov")
			r.says("state after SIGTERM: D\r\n")
			r.types("\x03")
			r.endsWith(128 + int(syscall.SIGINT))
			r.leavesNoMore(fault, pid)
		})
	}
}
