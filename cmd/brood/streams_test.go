//go:build linux

package main

import (
	"os"
	"strings"
	"testing"
)

// brokenPipe is a pipe that nobody reads.
func brokenPipe(t *testing.T) *os.File {
	t.Helper()
	r, w, err := os.Pipe()
	must(t, err)
	r.Close()
	t.Cleanup(func() { w.Close() })
	return w
}

func fullDevice(t *testing.T) *os.File {
	t.Helper()
	f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	must(t, err)
	t.Cleanup(func() { f.Close() })
	return f
}

// Outputs that take nothing cost the copy nothing; the status tells of those that matter.
func TestUnwritableOutputs(t *testing.T) {
	for name, c := range map[string]struct {
		stdout, stderr func(*testing.T) *os.File
		flags          []string
		status         int
		words          string // on stderr
	}{
		"stdout closed early":    {stdout: brokenPipe},
		"JSON closed early":      {stdout: brokenPipe, flags: []string{"--json"}},
		"stderr closed early":    {stderr: brokenPipe},
		"both closed early":      {stdout: brokenPipe, stderr: brokenPipe},
		"stderr on a full disk":  {stderr: fullDevice},
		"stdout on a full disk":  {stdout: fullDevice, status: 1, words: "brood: standard output: no space left on device"},
		"JSON on a full disk":    {stdout: fullDevice, flags: []string{"--json"}, status: 1, words: "no space left on device"},
		"nothing on a full disk": {stdout: fullDevice, flags: []string{"--quiet"}},
		"record on a full disk":  {flags: []string{"--record=/dev/full"}, status: 1, words: "brood: record \"/dev/full\" is not whole: no space left on device"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			p.small(t, 20, 20_000)
			cmd := p.copy(c.flags...)
			if c.stdout != nil {
				cmd.Stdout = c.stdout(t)
			}
			if c.stderr != nil {
				cmd.Stderr = c.stderr(t)
			}
			r := start(t, p, cmd)
			r.wants(c.status)
			p.equal(t)
			if !strings.Contains(r.stderr(), c.words) {
				t.Errorf("stderr lacks %q:\n%s", c.words, r.stderr())
			}
		})
	}
}

// So it is with the names that --dry-run says.
func TestUnwritableDryRun(t *testing.T) {
	for name, c := range map[string]struct {
		stdout func(*testing.T) *os.File
		status int
		words  string
	}{
		"closed early":   {brokenPipe, 0, ""},
		"on a full disk": {fullDevice, 1, "no space left on device"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			p.small(t, 20, 100)
			cmd := p.copy("--dry-run")
			cmd.Stdout = c.stdout(t)
			r := start(t, p, cmd)
			r.wants(c.status)
			if !strings.Contains(r.stderr(), c.words) || c.words == "" && strings.Contains(r.stderr(), "broken pipe") {
				t.Errorf("stderr: %s", r.stderr())
			}
		})
	}
}

// The summary is the answer, on stdout alone.
func TestSummary(t *testing.T) {
	p := newPlace(t)
	p.small(t, 3, 1000)
	r := start(t, p, p.copy())
	r.wants(0)
	if out := r.stdout(); !strings.Contains(out, "files     3, 2.9 KiB") || !strings.Contains(out, "failed    0") {
		t.Errorf("stdout: %s", out)
	}
	if strings.Contains(r.stdout(), "[INFO]") || !strings.Contains(r.stderr(), "[INFO]") {
		t.Errorf("log: stdout %q, stderr %q", r.stdout(), r.stderr())
	}
}
