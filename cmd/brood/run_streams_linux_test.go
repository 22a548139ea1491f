package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"brood/internal/event"
	"brood/internal/testenv"
)

// numbered writes a file with n items, the numbers from 1 on, and returns what echo prints of them.
func (p place) numbered(n int) (lines string) {
	var all strings.Builder
	for i := range n {
		fmt.Fprintln(&all, i+1)
	}
	must(p.t, os.WriteFile(p.dir+"/items", []byte(all.String()), 0o644))
	return all.String()
}

// When the reader of standard output goes away, the run ends early, and without a word.
func TestRunWithoutReader(t *testing.T) {
	t.Parallel()
	const items = 100_000
	for flags, command := range map[string]string{
		"--jobs=2":                   "echo",
		"--keep-order":               "echo",
		"--tag":                      "echo",
		"--ungroup":                  "echo",
		"--line-buffer":              "yes", // which never ends
		"--line-buffer --tag":        "yes",
		"--line-buffer --keep-order": "yes",
	} {
		t.Run(flags, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			p.numbered(items)
			reader, writer, err := os.Pipe()
			must(t, err)
			defer reader.Close()
			args := append([]string{"run", "-a", "items", "--record", "record"}, strings.Fields(flags)...)
			cmd := p.brood(append(args, command)...)
			cmd.Stdout = writer
			r := start(t, p, cmd)
			writer.Close()
			if _, err := bufio.NewReader(reader).ReadString('\n'); err != nil {
				t.Fatalf("%v; stderr:\n%s", err, r.stderr())
			}
			reader.Close()
			r.wants(141)
			if n := len(r.of(event.Started)); n == items || r.stderr() != "" {
				t.Errorf("%d commands have run; stderr:\n%s\nwant fewer, and no words", n, r.stderr())
			}
		})
	}
}

// When the caller has closed a descriptor, no file that brood opens later gets its number, and commands have the null
// device in its place.
func TestRunWithClosedDescriptors(t *testing.T) {
	t.Parallel()
	needs(t, "sh")
	for _, closed := range []string{"<&-", ">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"} {
		for _, mode := range []string{"--keep-order", "--line-buffer", "--ungroup"} {
			t.Run(mode+" "+closed, func(t *testing.T) {
				p := newPlace(t)
				cmd := p.brood("run", "-j1", "--record", "record", mode, "--shell", "echo {}; echo {}e >&2", ":::", "1", "2")
				cmd.Args[0] = p.installed(t)
				cmd.Args = append([]string{"sh", "-c", `exec "$@" ` + closed, "sh"}, cmd.Args...)
				cmd.Path, _ = exec.LookPath("sh")
				r := start(t, p, cmd)
				r.wants(0)
				for name, want := range map[string]string{">&-": "1\n2\n", "2>&-": "1e\n2e\n"} {
					got := r.stdout()
					if name == "2>&-" {
						got = r.stderr()
					}
					if strings.Contains(" "+closed, " "+name) {
						want = ""
					}
					if got != want {
						t.Errorf("output that %s closes is %q, want %q", name, got, want)
					}
				}
				if n := len(r.of(event.Ran)); n != 2 || strings.Count(r.read("/record"), "\n") != len(r.events()) {
					t.Errorf("%d commands have run, and the record is\n%s", n, r.read("/record"))
				}
			})
		}
	}
}

// When standard output is on a full disk, the run ends early, and brood says why once.
func TestRunOntoAFullDisk(t *testing.T) {
	t.Parallel()
	const items = 100_000
	for _, mode := range []string{"--jobs=2", "--keep-order", "--line-buffer"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			p.numbered(items)
			cmd := p.brood("run", "-a", "items", "--record", "record", mode, "echo")
			cmd.Stdout = fullDevice(t)
			r := start(t, p, cmd)
			r.wants(1)
			said := strings.Count(r.stderr(), "no space left on device")
			if n := len(r.of(event.Started)); n == items || said != 1 {
				t.Errorf("%d commands have run; stderr:\n%s\nwant fewer, and the reason once", n, r.stderr())
			}
		})
	}
}

// When the disk of the files for output is full, the commands fail that have lost output. The others are whole.
func TestRunWithFullTemporaryFolder(t *testing.T) {
	t.Parallel()
	needsRoot(t, "to mount a file system")
	for _, mode := range []string{"--jobs=1", "--jobs=1 --keep-order", "--jobs=1 --line-buffer"} {
		t.Run(mode, func(t *testing.T) {
			p := newPlace(t)
			tiny := p.dir + "/tiny"
			must(t, os.Mkdir(tiny, 0o755))
			if err := unix.Mount("tmpfs", tiny, "tmpfs", 0, "size=16m"); err != nil {
				t.Skipf("needs kernel: tmpfs: %v", err)
			}
			t.Cleanup(func() { unmount(t, tiny) })
			args := append([]string{"run"}, strings.Fields(mode)...)
			cmd := p.brood(append(args, "--shell", "head -c {} /dev/zero || true", ":::", "10", "99000000", "20")...)
			cmd.Env = append(cmd.Env, "TMPDIR="+tiny)
			r := start(t, p, cmd)
			r.wants(1)
			if got := strings.ReplaceAll(r.stdout(), "\n", ""); got != strings.Repeat("\x00", 30) {
				t.Errorf("stdout is %q, want 30 zero bytes", got)
			}
			const words = "output is incomplete: write "
			if n := strings.Count(r.stderr(), words); n != 1 || !strings.Contains(r.stderr(), "brood: 99000000: ") ||
				!strings.Contains(r.stderr(), "no space left on device\nbrood: 1 of 3 commands failed\n") {
				t.Errorf("stderr is:\n%s", r.stderr())
			}
		})
	}
}

// The time limit of a command does not count the time in which its output is printed.
func TestTimeoutAndSlowReader(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	p := newPlace(t)
	const timeout = 5 * time.Second
	reader, writer, err := os.Pipe()
	must(t, err)
	defer reader.Close()
	cmd := p.brood("run", "--timeout", timeout.String(), "--retries", "1", "--retry-on", "timeout",
		"--shell", "head -c 1000000 /dev/zero; : >"+p.dir+"/{}; exit 3", ":::", "end")
	cmd.Stdout = writer
	began := time.Now()
	r := start(t, p, cmd)
	writer.Close()
	if !eventually(func() bool { _, err := os.Stat(p.dir + "/end"); return err == nil }) {
		t.Fatal("the command does not end")
	}
	if took := time.Since(began); took > timeout/2 {
		t.Skipf("the machine is too busy: the command took %v", took)
	}
	time.Sleep(timeout + time.Second)
	if all, err := io.ReadAll(reader); len(all) != 1_000_000 || err != nil {
		t.Errorf("%d bytes, %v", len(all), err)
	}
	r.wants(1)
	r.says("brood: end: exit code 3\nbrood: 1 of 1 command failed\n")
}
