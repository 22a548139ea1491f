package slurm

import (
	"bufio"
	"os"
	"runtime"
	"testing"
	"time"

	"brood/internal/event"
)

// TestDiaryHasNoEnd: after what could not be kept for good comes nothing, and so no end: whoever reads one believes
// that nothing is missing before it.
func TestDiaryHasNoEnd(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs Unix: a pipe that cannot be synced")
	}
	r, w, err := os.Pipe()
	must(t, err)
	defer r.Close()
	d := NewDiary(w, time.Millisecond)
	d.Read(event.Event{Kind: event.Copied, File: "a"})
	lines := bufio.NewReader(r)
	_, err = lines.ReadString('\n')
	must(t, err)
	d.Read(event.Event{Kind: event.Finished})
	if err := d.Close(); err == nil {
		t.Error("no error")
	}
	if rest, _ := lines.ReadString('\n'); rest != "" {
		t.Errorf("then came %q", rest)
	}
}
