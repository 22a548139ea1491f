//go:build linux

package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"brood/internal/event"
	"brood/internal/testenv"
)

// A child with several names holds an event for 10 ms at most, and 16 KiB of them. See package target.
const (
	heldFor   = 10 * time.Millisecond
	heldBytes = 16 << 10
)

// A child with many small files sends many outcomes in one write. The parent reads them at once, and writes them to the
// record at once. The limits hold on a slow machine, too: there a child may write every 10 ms.
func TestManyOutcomesInOneWrite(t *testing.T) {
	t.Parallel()
	const files = 500
	p := newPlace(t)
	p.small(t, files, 100)
	record := p.dir + "/record"
	flags := []string{"--seccomp-bpf", "-s", "16", "-e", "trace=read,write"}
	r := start(t, p, p.traced(t, flags, "copy", "--per-child=500", "--record", record, "--", p.src, p.dst))
	r.wants(0)
	copied := r.of(event.Copied)
	if len(copied) != files {
		t.Fatalf("%d outcomes, want %d", len(copied), files)
	}
	events, sent, got, written := len(r.events()), 0, 0, 0
	for _, c := range p.calls(t) {
		switch ofPipe := strings.Contains(c.args, "<pipe:") && strings.Contains(c.args, `"{\"time\":`); {
		case c.name == "write" && ofPipe:
			sent++
		case c.name == "read" && ofPipe:
			got++
		case c.name == "write" && strings.Contains(c.args, "<"+record+">"):
			written++
		}
	}
	info, err := os.Stat(record)
	must(t, err)
	took := copied[files-1].Time.Sub(copied[0].Time)
	// One more for the end, one for the folder, and some for a timer that comes between.
	if most := int(took/heldFor) + int(info.Size())/heldBytes + 5; sent > most {
		t.Errorf("%d outcomes in %v: %d writes, want at most %d", files, took, sent, most)
	}
	if got > sent {
		t.Errorf("%d writes were read in %d pieces, want no more", sent, got)
	}
	if most := got + events - files; written > most {
		t.Errorf("%d events in %d writes to the record, want at most %d", events, written, most)
	}
	t.Logf("%d outcomes in %v: %d writes, %d reads, %d writes to the record", files, took, sent, got, written)
}

// When a child is killed, only the file fails that it was working on, although it held outcomes of files before that.
// Another child finds those files.
func TestFileThatKillsItsChild(t *testing.T) {
	t.Parallel()
	const files = 100
	p := newPlace(t)
	p.small(t, files, 100)
	deadly := "small-57"
	flags := []string{"-e", "trace=%desc", "-P", p.src + "/" + deadly, "-e", "inject=%desc:signal=KILL"}
	cmd := p.traced(t, flags, "copy", "--per-child=100", "--record", p.dir+"/record", "--", p.src, p.dst)
	r := start(t, p, cmd)
	r.wants(1)
	lost := r.accountsFor(t, files, 1)
	if failed := r.of(event.Failed); len(failed) != 1 || failed[0].File != deadly {
		t.Errorf("failed: %+v, want %s", failed, deadly)
	}
	p.equal(t, deadly)
	t.Logf("%d outcomes were lost", lost)
}

// When a child hangs in a file, the parent learns of all files before that one.
func TestOutcomesBeforeFileThatHangs(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.small(t, 100, 100)
	hangs := "small-57"
	const reads = "read,pread64,copy_file_range"
	flags := []string{"-e", "trace=" + reads, "-P", p.src + "/" + hangs, "-e", "inject=" + reads + ":delay_enter=3600s"}
	cmd := p.traced(t, flags, "copy", "--per-child=100", "--record", p.dir+"/record", "--", p.src, p.dst)
	r := start(t, p, cmd)
	done := func() bool {
		files, err := os.ReadDir(p.dst)
		at := slices.ContainsFunc(r.of(event.Progress), func(e event.Event) bool { return e.File == hangs })
		return err == nil && at && len(r.of(event.Copied)) == len(files)
	}
	if !eventually(done) {
		t.Errorf("%d outcomes in the record, and no progress of %s", len(r.of(event.Copied)), hangs)
	}
}

// Children of many files that are killed at random moments lose few outcomes. In the end each file is there, and was
// reported once.
func TestOutcomesOfKilledChildren(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	const files, kills = 2000, 20
	p := newPlace(t)
	p.small(t, files, 100)
	r := start(t, p, p.copy("--jobs=2", "--per-child=500", fmt.Sprint("--retries=", kills)))
	killed := map[int]bool{}
	for !r.over() && len(killed) < kills {
		time.Sleep(rand.N(30 * time.Millisecond))
		for _, c := range r.children() {
			if !killed[c.pid] && rand.N(3) == 0 {
				killed[c.pid] = true
				c.signal(syscall.SIGKILL)
			}
		}
	}
	r.wants(0)
	ended := slices.DeleteFunc(r.of(event.Exited), func(e event.Event) bool { return e.Signal != "SIGKILL" })
	lost := r.accountsFor(t, files, len(ended))
	p.equal(t)
	t.Logf("%d children were killed, and %d outcomes were lost", len(ended), lost)
}

// accountsFor fails the test unless each of the files has one outcome, and returns how many outcomes were lost with the
// killed children: another child found the file there.
func (r *run) accountsFor(t *testing.T, files, killed int) (lost int) {
	t.Helper()
	outcomes, shortest := map[string]int{}, heldBytes
	for _, e := range r.events() {
		if e.PID == 0 || !e.Settles() && e.Kind != event.Failed || e.File == "." {
			continue
		}
		outcomes[e.File]++
		switch e.Kind {
		case event.Skipped:
			lost++
		case event.Copied:
			var line strings.Builder
			e.Name, e.PID = "", 0 // these the child does not write
			_ = event.Write(&line, e)
			shortest = min(shortest, line.Len())
		}
	}
	for name, n := range outcomes {
		if n != 1 {
			t.Errorf("%s has %d outcomes, want one", name, n)
		}
	}
	if len(outcomes) != files {
		t.Errorf("%d files have an outcome, want %d", len(outcomes), files)
	}
	// The file that the child was working on may have been there, too.
	if most := killed * (heldBytes/shortest + 2); lost > most {
		t.Errorf("%d outcomes of %d children were lost, want at most %d", lost, killed, most)
	}
	return lost
}
