package process_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
)

// aFamily is a parent of two daemons with descendants, that a person might have started.
type aFamily struct {
	*testing.T
	pid   int
	known map[int]string // the members, when all were up
	mark  string         // in the environment of all of them
	stdin io.Closer
	ended chan struct{}
}

func startFamily(t *testing.T, group string, user int) *aFamily {
	t.Helper()
	f := &aFamily{T: t, mark: fmt.Sprintf("BROOD_TEST_FAMILY=%d", rand.Uint64()), ended: make(chan struct{})}
	cmd := &exec.Cmd{Path: "/proc/self/exe", Args: []string{"brood", "child", "family", "--", "2"},
		Env: append(os.Environ(), f.mark), Stderr: os.Stderr, SysProcAttr: &syscall.SysProcAttr{Setpgid: true}}
	if group != "" {
		dir, err := os.Open(group)
		must(t, err)
		defer dir.Close()
		cmd.SysProcAttr.UseCgroupFD, cmd.SysProcAttr.CgroupFD = true, int(dir.Fd())
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(user), Gid: uint32(user)}
	}
	out, said, err := os.Pipe()
	must(t, err)
	defer out.Close()
	cmd.Stdout = said
	f.stdin, err = cmd.StdinPipe()
	must(t, err)
	err = cmd.Start()
	said.Close()
	must(t, err)
	f.pid = cmd.Process.Pid
	go func() {
		_ = cmd.Wait()
		close(f.ended)
	}()
	t.Cleanup(f.end)
	for line := range lineReader(out) {
		if line == "up" {
			f.known = f.members()
			return f
		}
	}
	t.Fatal("the family ended before it was up")
	return nil
}

// members are the processes of the family that live, and their roles.
func (f *aFamily) members() map[int]string {
	members := map[int]string{}
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, file := range files {
		text, _ := os.ReadFile(file)
		if pid := atoi(filepath.Base(filepath.Dir(file))); bytes.Contains(text, []byte(f.mark+"\x00")) && !gone(pid) {
			members[pid] = roleOf(pid)
		}
	}
	return members
}

func (f *aFamily) alive() (roles []string) {
	for _, role := range f.members() {
		roles = append(roles, role)
	}
	slices.Sort(roles)
	return roles
}

// endsBut tells whether all end but those whose role may stay.
func (f *aFamily) endsBut(stays func(role string) bool) bool {
	for pid, role := range f.known { // which is less to look at
		if !stays(role) && !eventually(func() bool { return gone(pid) }) {
			return false
		}
	}
	return eventually(func() bool {
		return !slices.ContainsFunc(f.alive(), func(role string) bool { return !stays(role) })
	})
}

// end ends those that are left.
func (f *aFamily) end() {
	f.stdin.Close()
	if !eventually(func() bool {
		left := f.members()
		for pid := range left {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		return len(left) == 0
	}) {
		f.Errorf("cannot be killed: %v", f.alive())
	}
	<-f.ended
}
