//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"brood/internal/testenv"
)

// lessonOnOwnDisk is the lesson that makes a disk itself, with temporary files in a folder of the place.
func (p place) lessonOnOwnDisk(t *testing.T, pace string) *exec.Cmd {
	t.Helper()
	needsRoot(t, "the lesson mounts a file system")
	device, err := os.OpenFile("/dev/fuse", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("needs kernel: %v", err)
	}
	device.Close()
	must(t, os.Mkdir(p.dir+"/tmp", 0o700))
	cmd := p.brood("lesson", "stall", "--lang=en", "--show=none", "--no-quiz", "--pace="+pace)
	cmd.Env = append(cmd.Env, "TMPDIR="+p.dir+"/tmp")
	return cmd
}

// disk is the process that serves the lesson's disk.
func (r *run) disk() (pid int) {
	r.Helper()
	if !eventually(func() bool {
		for _, line := range r.alive() {
			if strings.Contains(line, " stall-disk ") {
				fmt.Sscan(line, &pid)
			}
		}
		return pid != 0 || r.over()
	}) || pid == 0 {
		r.Fatalf("it has no disk, and says:\n%s", r.stderr())
	}
	return pid
}

// leavesNothing fails the test unless everything ends that was started in the place,
// the thread too that is held of a process whose others are killed, and no mount is left.
func (r *run) leavesNothing() {
	r.Helper()
	left := func() (threads []string) {
		files, _ := filepath.Glob("/proc/[0-9]*/task/[0-9]*/environ")
		for _, file := range files {
			if environ, _ := os.ReadFile(file); bytes.Contains(environ, []byte(r.mark()+"\x00")) {
				threads = append(threads, file)
			}
		}
		return threads
	}
	if !eventually(func() bool { return len(left()) == 0 }) {
		r.Errorf("left alive: %q", left())
	}
	table, err := os.ReadFile("/proc/self/mountinfo")
	must(r.T, err)
	if bytes.Contains(table, []byte("brood-lesson")) {
		r.Errorf("mounted:\n%s", table)
	}
}

// However the lesson, or its disk, ends: no process is left, and no mount.
func TestLessonsOwnDisk(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	const unkillable = "state after SIGTERM: D\r\n"
	for name, row := range map[string]struct {
		pace  string // 5: five seconds from one signal to the next
		deed  func(r *run, disk int)
		ended string // how the lesson did
		files bool   // which nobody was left to remove
		says  []string
	}{
		"to the end": {
			pace:  "0",
			deed:  func(*run, int) {},
			ended: "exit status 0",
			says: []string{
				unkillable + "state after SIGKILL: D\r\nthe main process goes on without it\r\nfiles that arrived: 4\r\n",
				"= nothing, as long as it is in D. ", "= it ends without it. ", ") is still there; its parent is process ",
			},
		},
		"SIGTERM": {
			pace:  "5",
			deed:  func(r *run, _ int) { r.signal(syscall.SIGTERM) },
			ended: "exit status 143",
		},
		"Ctrl-C, while it holds a child": {
			pace:  "5",
			deed:  func(r *run, _ int) { r.says(unkillable); r.types("\x03") },
			ended: "exit status 130",
		},
		"SIGKILL, while it holds a child": {
			pace:  "5",
			deed:  func(r *run, _ int) { r.says(unkillable); r.signal(syscall.SIGKILL) },
			ended: "signal: killed", files: true,
		},
		"the disk is killed, while it holds a child": {
			pace:  "5",
			deed:  func(r *run, disk int) { r.says(unkillable); _ = syscall.Kill(disk, syscall.SIGKILL) },
			ended: "exit status 0",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			r := startInTerminal(t, p, p.lessonOnOwnDisk(t, row.pace))
			row.deed(r, r.disk())
			if !eventually(r.over) {
				t.Fatalf("does not end; it says:\n%s", r.stderr())
			}
			if got := fmt.Sprint(r.cmd.ProcessState); got != row.ended {
				t.Errorf("%s, want %s; it says:\n%s", got, row.ended, r.stderr())
			}
			for _, words := range row.says {
				r.says(words)
			}
			r.leavesNothing()
			if files, err := os.ReadDir(p.dir + "/tmp"); len(files) > 0 != row.files || err != nil {
				t.Errorf("left behind: %v, %v", files, err)
			}
		})
	}
}
