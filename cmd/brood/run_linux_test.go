//go:build linux

package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"brood/internal/event"
)

// Ctrl-C ends the commands, and brood ends by it.
func TestInterruptedRunOfCommands(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	cmd := p.brood("run", "-j2", "--shell", "sleep 1000 & wait; : {}", ":::", "1", "2", "3")
	var said bytes.Buffer
	cmd.Stderr = &said
	must(t, cmd.Start())
	if !eventually(func() bool { return strings.Count(strings.Join(p.alive(), "\n"), "sleep 1000") >= 5 }) {
		t.Fatalf("alive: %q", p.alive()) // brood, two shells, and their two programs
	}
	must(t, cmd.Process.Signal(syscall.SIGINT))
	_ = cmd.Wait()
	if got := cmd.ProcessState.ExitCode(); got != 128+int(syscall.SIGINT) {
		t.Errorf("status %d, want 130; it says %q", got, said.String())
	}
}

// A command that brood ends may have done only a part of its work, even if it exits with 0. So its item has failed.
func TestEndedCommandHasFailed(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	const line = `trap "exit 0" TERM; : >ready; sleep 1000 & wait; : {}`
	r := start(t, p, p.brood("run", "--record", "record", "--shell", line, ":::", "a"))
	if !eventually(func() bool { _, err := os.Stat(p.dir + "/ready"); return err == nil }) {
		t.Fatalf("the command is not ready; stderr:\n%s", r.stderr())
	}
	r.signal(syscall.SIGTERM)
	r.wants(128 + int(syscall.SIGTERM))
	if failed := r.of(event.Failed); len(failed) != 1 || failed[0].Error != "ended by brood" {
		t.Errorf("failed: %+v; stderr:\n%s", failed, r.stderr())
	}
	r = start(t, p, p.brood("run", "--resume-failed", "record", "--timeout", "1s", "--shell", line, ":::", "a"))
	r.wants(1)
	r.says("brood: a: not done after 1s\nbrood: 1 of 1 command failed\n")
}

// A command that goes on is meant to.
func TestKilledRunWithoutDaemons(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	cmd := p.brood("run", "-j1", "--no-daemon", "--shell", "sleep 1000; : {}", ":::", "1")
	must(t, cmd.Start())
	running := func() bool { return strings.Contains(strings.Join(p.alive(), "\n"), "sleep 1000; : '1'") }
	if !eventually(running) {
		t.Fatalf("alive: %q", p.alive())
	}
	must(t, cmd.Process.Signal(syscall.SIGKILL))
	_ = cmd.Wait()
	if !running() {
		t.Error("the command has ended with brood")
	}
	p.endAll()
}

// A run is killed, its input changes, and another run resumes from its record: each item succeeds exactly once.
func TestResumeWithOtherInput(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	items := []string{"same", "same"}
	for i := range 60 {
		items = append(items, fmt.Sprint("item ", i))
	}
	write := func() {
		must(t, os.WriteFile(p.dir+"/items", []byte(strings.Join(items, "\n")+"\n"), 0o644))
	}
	runs := func(record string, flags ...string) *exec.Cmd {
		args := append([]string{"run", "-j3", "-a", "items", "--record", record}, flags...)
		return p.brood(append(args, "--shell", ": {}; sleep 0.0{#}")...)
	}
	ran := func(record string) (all []string) {
		file, err := os.Open(p.dir + "/" + record)
		if err != nil {
			return nil
		}
		defer file.Close()
		_ = event.ReadRun(file, func(e event.Event) {
			if e.Kind == event.Ran {
				all = append(all, e.File)
			}
		})
		return all
	}
	write()
	killed := runs("first")
	must(t, killed.Start())
	if !eventually(func() bool { return len(ran("first")) >= 10 }) {
		t.Fatal("no command ends")
	}
	must(t, killed.Process.Kill())
	_ = killed.Wait()
	before := ran("first")

	items = append([]string{"new", "same"}, items...)
	rand.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
	write()
	if out, err := runs("second", "--resume", "first").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	all := append(before, ran("second")...)
	slices.Sort(all)
	slices.Sort(items)
	if !slices.Equal(all, items) {
		t.Errorf("succeeded: %q\nwant %q", all, items)
	}
	if len(before) == len(items) {
		t.Error("the first run was not killed in the middle")
	}
}

// brood ps shows the commands of a run, and what they have started.
func TestPsOfCommands(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	r := start(t, p, p.brood("run", "-j1", "--shell", "sleep 1000 & : {}; wait", ":::", "item"))
	tree := regexp.MustCompile(fmt.Sprintf(`(?m)^%d .* run +-j1 --shell .*\n(?:.* guardian *\n)*`+
		`.*─ \d+ +%d .* sh +-c sleep 1000 & : 'item'; wait\n.*─ \d+ .* sleep +1000$`, r.pid, r.pid))
	var list []byte
	if !eventually(func() bool {
		list, _ = p.brood("ps").Output()
		return tree.Match(list)
	}) {
		t.Errorf("brood ps:\n%s", list)
	}
	r.signal(syscall.SIGINT)
	r.wants(130)
}
