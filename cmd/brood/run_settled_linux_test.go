package main

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"brood/internal/event"
)

// A command that is given up for lack of descriptors holds back no output, although many commands come after it.
func TestRunGivesUpInOrder(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	cmd := p.brood("run", "-k", "-j2", "--record", "record", "echo")
	in, err := cmd.StdinPipe()
	must(t, err)
	r := start(t, p, cmd)
	fmt.Fprintln(in, 1)
	if !eventually(func() bool { return len(r.of(event.Ran)) == 1 }) {
		t.Fatalf("the first command has not run; stderr:\n%s", r.stderr())
	}
	var limit unix.Rlimit
	must(t, unix.Prlimit(r.pid, unix.RLIMIT_NOFILE, nil, &limit))
	must(t, unix.Prlimit(r.pid, unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 4, Max: limit.Max}, nil))
	fmt.Fprintln(in, 2)
	if !eventually(func() bool { return len(r.of(event.Failed)) == 1 }) {
		t.Fatalf("the second command is not given up; stderr:\n%s", r.stderr())
	}
	must(t, unix.Prlimit(r.pid, unix.RLIMIT_NOFILE, &limit, nil))
	want := "1\n"
	for i := 3; i <= 1300; i++ {
		want += fmt.Sprintln(i)
	}
	fmt.Fprint(in, strings.TrimPrefix(want, "1\n"))
	must(t, in.Close())
	r.wants(1)
	if got := r.stdout(); got != want {
		t.Errorf("the output has %d bytes, want the %d bytes of all commands but the second", len(got), len(want))
	}
	r.says(`brood: 2: "not started: `)
}
