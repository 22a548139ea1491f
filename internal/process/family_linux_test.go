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

// aFamily is a parent of two daemons with descendants, started as if by hand.
type aFamily struct {
	*testing.T
	pid   int
	known map[int]string // the members when all were up, with their roles
	mark  string         // an entry in the environment of all members
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

// members returns the living processes of the family, with their roles.
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

// endsBut waits until all members have ended, except those whose role may stay. It tells whether they have.
func (f *aFamily) endsBut(stays func(role string) bool) bool {
	for pid, role := range f.known { // fewer files than for all processes
		if !stays(role) && !eventually(func() bool { return gone(pid) }) {
			return false
		}
	}
	return eventually(func() bool {
		return !slices.ContainsFunc(f.alive(), func(role string) bool { return !stays(role) })
	})
}

// end kills the rest of the family.
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
