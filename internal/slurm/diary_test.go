package slurm

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"brood/internal/event"
)

// kept returns the events of a record, as "kind file bytes".
func kept(t *testing.T, name string) (all []string) {
	t.Helper()
	file, err := os.Open(name)
	must(t, err)
	defer file.Close()
	for r := event.NewReader(file); ; {
		e, err := r.Next()
		if err != nil {
			return all
		}
		all = append(all, strings.TrimSpace(fmt.Sprint(e.Kind, " ", e.File, " ", e.Bytes)))
	}
}

func newDiary(t *testing.T, every time.Duration) (d *Diary, name string) {
	t.Helper()
	name = filepath.Join(t.TempDir(), "record")
	file, err := os.Create(name)
	must(t, err)
	return NewDiary(file, nil, every), name
}

// TestDiary checks the order of events in a record. The record has the latest Progress of each child, but none of a
// file that is done.
func TestDiary(t *testing.T) {
	d, name := newDiary(t, time.Hour)
	progress := func(pid int, file string, bytes int64) {
		d.Read(event.Event{Kind: event.Progress, PID: pid, File: file, Bytes: bytes})
	}
	d.Read(event.Event{Kind: event.Begun})
	for n := range 1000 {
		progress(1, "a", int64(n))
		progress(2, "b", int64(n))
	}
	d.Read(event.Event{Kind: event.Copied, PID: 1, File: "a", Bytes: 7})
	progress(1, "c", 3)
	progress(1, "c", 4)
	must(t, d.Close())
	got := kept(t, name)
	slices.Sort(got[2:]) // map order
	if want := []string{"begun  0", "copied a 7", "progress b 999", "progress c 4"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestDiaryIsWritten checks that the record grows before Close, in whole lines.
func TestDiaryIsWritten(t *testing.T) {
	d, name := newDiary(t, time.Millisecond)
	for n := range 20 {
		d.Read(event.Event{Kind: event.Copied, PID: n, File: "a"})
		until(t, "the event is written", func() bool { return len(kept(t, name)) == n+1 })
		text, err := os.ReadFile(name)
		must(t, err)
		if !strings.HasSuffix(string(text), "}\n") {
			t.Fatalf("the record ends with half a line: %q", text)
		}
	}
	must(t, d.Close())
}

// TestDiaryOfMany checks that no event of many goroutines is missing.
func TestDiaryOfMany(t *testing.T) {
	d, name := newDiary(t, time.Millisecond)
	var all sync.WaitGroup
	for pid := range 8 {
		all.Go(func() {
			for n := range 500 {
				d.Read(event.Event{Kind: event.Progress, PID: pid, Bytes: int64(n)})
				d.Read(event.Event{Kind: event.Copied, PID: pid, File: fmt.Sprint(pid, n)})
			}
		})
	}
	all.Wait()
	must(t, d.Close())
	copied := slices.DeleteFunc(kept(t, name), func(s string) bool { return !strings.HasPrefix(s, "copied") })
	if len(copied) != 8*500 {
		t.Errorf("%d events are kept, want %d", len(copied), 8*500)
	}
}

// TestDiaryFull checks that Close returns the error of a full disk.
func TestDiaryFull(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs Linux: /dev/full")
	}
	file, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	must(t, err)
	d := NewDiary(file, nil, time.Millisecond)
	d.Read(event.Event{Kind: event.Begun})
	if err := d.Close(); !errors.Is(err, syscall.ENOSPC) {
		t.Error(err)
	}
}

// TestDiaryHasNoEnd checks that a record gets nothing more after a failed write. A reader takes the end of a record as
// a sign that the record is complete.
func TestDiaryHasNoEnd(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs Unix: a pipe that cannot be synced")
	}
	r, w, err := os.Pipe()
	must(t, err)
	defer r.Close()
	d := NewDiary(w, nil, time.Millisecond)
	d.Read(event.Event{Kind: event.Copied, File: "a"})
	lines := bufio.NewReader(r)
	_, err = lines.ReadString('\n')
	must(t, err)
	d.Read(event.Event{Kind: event.Finished})
	if err := d.Close(); err == nil {
		t.Error("Close returns no error")
	}
	if rest, _ := lines.ReadString('\n'); rest != "" {
		t.Errorf("after the failed write: %q", rest)
	}
}
