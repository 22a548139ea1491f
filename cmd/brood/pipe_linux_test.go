package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"brood/internal/testenv"
)

// randomLines returns lines of random lengths and bytes, some of them longer than a block. The last has no newline.
func randomLines(size int) []byte {
	text := make([]byte, 0, size)
	for len(text) < size {
		n := rand.IntN(200)
		if rand.IntN(500) == 0 {
			n = rand.IntN(20_000)
		}
		for range n {
			text = append(text, byte(rand.IntN(256)))
		}
		text = append(text, '\n')
	}
	return append(text, "the end"...)
}

// The blocks are the input, byte by byte, from standard input and from a file.
func TestPipe(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	input := randomLines(400_000)
	must(t, os.WriteFile(p.dir+"/input", input, 0o644))
	for _, flags := range [][]string{
		{"--block", "4K"}, {"--block", "100K", "-a", "input"}, {"-a", "-"}, {"-n", "100"}, {"-0", "--block", "5000"},
		{"-d", "e", "-n", "300", "-j1"},
	} {
		cmd := p.brood(append(append([]string{"run", "--pipe", "-k"}, flags...), "cat")...)
		cmd.Stdin = bytes.NewReader(input)
		got, err := cmd.Output()
		if err != nil || !bytes.Equal(got, input) {
			t.Errorf("%v: %v; %d bytes, want the %d bytes of the input", flags, err, len(got), len(input))
		}
	}
}

// A command that ends without reading has not failed, although its block is larger than a pipe.
func TestPipeUnread(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	cmd := p.brood("run", "--pipe", "true")
	cmd.Stdin = strings.NewReader(strings.Repeat("line\n", 800_000))
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v: %s", err, out)
	}
}

// Another attempt reads the block from its beginning, although a process of the first attempt, which has left the
// group, still reads it.
func TestPipeAttempts(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	const script = `test $BROOD_ATTEMPT = 2 && exec cat
exec 3<&0
setsid sh -c 'echo >started; until test -e done; do head -c 1; sleep 0.01; done' <&3 >/dev/null 2>&1 &
until test -e started; do sleep 0.01; done
exit 1`
	cmd := p.brood("run", "--pipe", "--retries", "1", "--shell", script)
	cmd.Stdin = strings.NewReader(strings.Repeat("0123456789\n", 1000))
	r := start(t, p, cmd)
	r.endsWith(0)
	must(t, os.WriteFile(p.dir+"/done", nil, 0o644))
	if got := r.stdout(); got != strings.Repeat("0123456789\n", 1000) {
		t.Errorf("the second attempt has read %d bytes: %.100q", len(got), got)
	}
}

// Nothing is left of blocks when brood is killed, or ended by Ctrl-C while commands run and others wait.
func TestPipeKilled(t *testing.T) {
	t.Parallel()
	for _, sig := range []syscall.Signal{syscall.SIGKILL, syscall.SIGINT} {
		p := newPlace(t)
		must(t, os.Mkdir(p.dir+"/tmp", 0o755))
		cmd := p.brood("run", "--pipe", "-n", "1", "-j3", "--shell", "echo >began-{#}; exec sleep 1000")
		cmd.Env = append(cmd.Env, "TMPDIR="+p.dir+"/tmp")
		cmd.Stdin = strings.NewReader("1\n2\n3\n4\n5\n")
		must(t, cmd.Start())
		if !eventually(func() bool { began, _ := filepath.Glob(p.dir + "/began-*"); return len(began) == 3 }) {
			t.Fatalf("the commands do not begin; alive: %q", p.alive())
		}
		must(t, cmd.Process.Signal(sig))
		_ = cmd.Wait()
		if !eventually(func() bool { return len(p.alive()) == 0 }) {
			t.Errorf("%v: still alive: %q", sig, p.alive())
		}
		if names, err := os.ReadDir(p.dir + "/tmp"); err != nil || len(names) > 0 {
			t.Errorf("%v: left behind: %v, %v", sig, names, err)
		}
	}
}

// withFiles makes cmd run with a limit of open files.
func withFiles(t *testing.T, p place, limit int, cmd *exec.Cmd) *exec.Cmd {
	t.Helper()
	script := fmt.Sprintf(`ulimit -n %d; exec "$@"`, limit)
	cmd.Args = append([]string{"sh", "-c", script, "sh", p.named(t)}, cmd.Args[1:]...)
	cmd.Path = "/bin/sh"
	return cmd
}

// Each block's descriptors are closed when its command has ended.
func TestPipeDescriptors(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	p := newPlace(t)
	cmd := withFiles(t, p, 64, p.brood("run", "--pipe", "-k", "-j2", "-n", "1", "cat"))
	var input strings.Builder
	for i := range 2000 {
		fmt.Fprintln(&input, i)
	}
	cmd.Stdin = strings.NewReader(input.String())
	var said bytes.Buffer
	cmd.Stderr = &said
	if got, err := cmd.Output(); err != nil || string(got) != input.String() || said.Len() > 0 {
		t.Errorf("%v; %d bytes, want %d; it says %q", err, len(got), input.Len(), said.String())
	}
}

// Blocks that wait for another attempt leave the descriptors that the next command needs.
func TestPipeDescriptorsOfRetries(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	p := newPlace(t)
	cmd := withFiles(t, p, 64, p.brood("run", "--pipe", "-k", "-j2", "-n", "1", "--retries", "1", "--shell",
		"test $BROOD_ATTEMPT = 2 && cat"))
	var input strings.Builder
	for i := range 40 {
		fmt.Fprintln(&input, i)
	}
	cmd.Stdin = strings.NewReader(input.String())
	var said bytes.Buffer
	cmd.Stderr = &said
	got, err := cmd.Output()
	if err != nil || string(got) != input.String() {
		t.Errorf("%v; output %q, want %q; it says %q", err, got, input.String(), said.String())
	}
	if n := strings.Count(said.String(), "; attempt 2 follows"); n != 40 || strings.Contains(said.String(), "too many") {
		t.Errorf("%d second attempts, want 40; it says %q", n, said.String())
	}
}

// When a block does not fit on the disk, the commands of earlier blocks have run, and brood says that the rest has not.
// A command that runs at that time may have lost output, and then it fails.
func TestPipeFullDisk(t *testing.T) {
	t.Parallel()
	needsRoot(t, "to mount a file system")
	for name, row := range map[string]struct {
		script string
		waits  bool // the first command ends when the disk is full, not before
		stdout string
		stderr string
	}{
		"before": {"cat", false, "first\n", ""},
		"while":  {"until test -e go; do sleep 0.01; done; echo lost || true", true, "", "output is incomplete"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			must(t, os.Mkdir(p.dir+"/tmp", 0o755))
			if err := unix.Mount("tmpfs", p.dir+"/tmp", "tmpfs", 0, "size=16m"); err != nil {
				t.Skipf("needs kernel: tmpfs: %v", err)
			}
			t.Cleanup(func() { unmount(t, p.dir+"/tmp") })
			cmd := p.brood("run", "--pipe", "-n", "1", "-j1", "--shell", row.script)
			cmd.Env = append(cmd.Env, "TMPDIR="+p.dir+"/tmp")
			stdin, w, err := os.Pipe()
			must(t, err)
			defer w.Close()
			cmd.Stdin = stdin
			r := start(t, p, cmd)
			stdin.Close()
			_, err = io.WriteString(w, "first\n")
			must(t, err)
			if !row.waits && !eventually(func() bool { return r.stdout() == row.stdout || r.over() }) {
				t.Fatal("the first command does not end")
			}
			go func() {
				_, _ = w.Write(bytes.Repeat([]byte("x"), 20<<20))
				_, _ = io.WriteString(w, "\nthird\n")
				w.Close()
			}()
			if row.waits {
				r.fills(p.dir + "/tmp")
				must(t, os.WriteFile(p.dir+"/go", nil, 0o644))
			}
			r.wants(1)
			words := fmt.Sprintf("brood: block 2: write to %q: no space left on device; the rest of the input is not run\n",
				p.dir+"/tmp")
			if r.stdout() != row.stdout || !strings.Contains(r.stderr(), row.stderr) ||
				strings.Count(r.stderr(), words) != 1 {
				t.Errorf("stdout %q, stderr %q; want %q, and once %q and %q",
					r.stdout(), r.stderr(), row.stdout, words, row.stderr)
			}
		})
	}
}

// fills waits until the disk has no space left.
func (r *run) fills(dir string) {
	r.Helper()
	var s unix.Statfs_t
	if !eventually(func() bool { return unix.Statfs(dir, &s) == nil && s.Bfree == 0 || r.over() }) {
		r.Fatalf("%d blocks are free, want a full disk", s.Bfree)
	}
}
