package main

import (
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"brood/internal/event"
)

// asUser makes the command run as that user; 0 is the user that runs the tests.
func asUser(cmd *exec.Cmd, user uint32) *exec.Cmd {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if user != 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: user, Gid: user}
	}
	return cmd
}

// Commands have their limits for any user, and are the processes that the events name. A command that reaches one
// fails alone.
func TestRunWithinLimits(t *testing.T) {
	t.Parallel()
	for _, user := range []uint32{0, nobody} {
		t.Run(fmt.Sprint("user ", user), func(t *testing.T) {
			if user != 0 {
				needsRoot(t, "to be another user")
			}
			p := newPlace(t)
			const line = `echo {} $$ $(ulimit -t) $(ulimit -d); test {} = 2 || exit 0; while :; do :; done`
			r := start(t, p, asUser(p.brood("run", "-j2", "-k", "--record", p.dir+"/record", "--cpu-time=1s",
				"--memory=64M", "--shell", line, ":::", "1", "2", "3"), user))
			r.wants(1)
			want := ""
			for i := range 3 {
				for _, e := range r.of(event.Started) {
					if e.Seq == i+1 {
						want += fmt.Sprintf("%d %d 1 65536\n", e.Seq, e.PID)
					}
				}
			}
			if got := r.stdout(); got != want || strings.Count(want, "\n") != 3 {
				t.Errorf("the commands say %q, want %q", got, want)
			}
			r.says("brood: 2: ended by its CPU time limit of 1s\nbrood: 1 of 3 commands failed\n")
			failed := r.of(event.Failed)
			if len(failed) != 1 || failed[0].File != "2" || failed[0].Error != "ended by its CPU time limit of 1s" {
				t.Errorf("failed: %+v", failed)
			}
		})
	}
}

// When brood is killed, nothing is left of commands with limits, nor of what they have started.
func TestKilledRunWithinLimits(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.makeRoles()
	cmd := p.brood("run", "-j2", "--cpu-time=1h", "--memory=64M", "--shell", hostile+"wait", ":::", "1", "2", "3")
	r := start(t, p, cmd)
	if !eventually(func() bool { return p.inRole("member") == 4 && p.inRole("clean-session") == 2 }) {
		t.Fatalf("alive: %v", p.roles())
	}
	r.signal(syscall.SIGKILL)
	<-r.ended
	if !eventually(func() bool { return len(p.roles()) == p.inRole("unmarked-session") }) {
		t.Errorf("still alive: %v", p.roles())
	}
	p.endRoles()
}
