package output_test

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"brood/internal/output"
	"brood/internal/testenv"
)

// A command that ignores a full disk loses output. Close tells that, and prints nothing of it.
func TestFull(t *testing.T) {
	for name, row := range map[string]struct {
		script string
		full   bool
	}{
		"enough":         {script: "head -c 1M /dev/zero"},
		"standard error": {script: "echo out; head -c 999M /dev/zero >&2 || true", full: true},
		"small writes":   {script: "yes || true", full: true},
		"large writes":   {script: "dd if=/dev/zero bs=1M count=999 || true", full: true},
		"odd writes":     {script: "dd if=/dev/zero bs=3000001 count=333 || true", full: true},
	} {
		for _, kind := range []string{"tmpfs", "ext4", "xfs"} {
			t.Run(name+" on "+kind, func(t *testing.T) {
				disk := mount(t, kind)
				for what, o := range map[string]output.Options{
					"spilled": {Dir: disk},
					"ordered": {Dir: disk, Ordered: true},
					"stored":  {Dir: t.TempDir(), Results: disk + "/results"},
				} {
					b := newBench(t, o, "pipe")
					c := b.start(output.Item{Seq: 1}, row.script)
					err := c.Close(c.wait(), true)
					if errors.Is(err, output.ErrIncomplete) != row.full || !row.full && err != nil {
						t.Errorf("%s: Close returns %v; full: %v", what, err, row.full)
					}
					check(t, b.Close())
					if got := b.out.all(); row.full && got != "" {
						t.Errorf("%s: %d bytes are printed", what, len(got))
					}
					if _, err := os.Stat(disk + "/results/000001/item.json"); o.Results != "" && (err == nil) == row.full {
						t.Errorf("%s: full: %v; item.json: %v", what, row.full, err)
					}
					check(t, os.RemoveAll(disk+"/results"))
				}
			})
		}
	}
}

// The disk was full while a command ran, but no more at its end, because the collector has freed the space.
func TestFullMeanwhile(t *testing.T) {
	for _, last := range []bool{true, false} {
		b := newBench(t, output.Options{Dir: mount(t, "tmpfs")}, "pipe")
		fills := b.start(output.Item{Seq: 1}, "cat /dev/zero || true")
		fillsEnd := fills.wait()
		loses := b.start(output.Item{Seq: 2}, "echo lost || true")
		losesEnd := loses.wait()
		if err := fills.Close(fillsEnd, last); !errors.Is(err, output.ErrIncomplete) {
			t.Errorf("the command that has filled the disk, last attempt %v: %v", last, err)
		}
		if err := loses.Close(losesEnd, true); !errors.Is(err, output.ErrIncomplete) {
			t.Errorf("the command that has lost a line: %v", err)
		}
		b.run(output.Item{Seq: 3}, "echo fits")
		check(t, b.Close())
		same(t, "standard output", b.out.all(), "fits\n")
	}
}

// The same, but an output that was held until its turn has taken the space.
func TestFullUntilRelease(t *testing.T) {
	b := newBench(t, output.Options{Dir: mount(t, "tmpfs"), Ordered: true}, "pipe")
	b.run(output.Item{Seq: 2}, "head -c 15M /dev/zero")
	loses := b.start(output.Item{Seq: 3}, "cat /dev/zero || true")
	losesEnd := loses.wait()
	b.Settle(1)
	if err := loses.Close(losesEnd, true); !errors.Is(err, output.ErrIncomplete) {
		t.Errorf("Close returns %v, want %v", err, output.ErrIncomplete)
	}
	b.finish(strings.Repeat("\x00", 15<<20), "")
}

// The same, but the results of an earlier run have taken the space.
func TestFullUntilRerun(t *testing.T) {
	o := output.Options{Results: mount(t, "tmpfs") + "/results"}
	b := newBench(t, o, "pipe")
	b.run(output.Item{Seq: 1}, "head -c 15M /dev/zero")
	check(t, b.Close())

	b = newBench(t, o, "pipe")
	loses := b.start(output.Item{Seq: 2}, "cat /dev/zero || true")
	losesEnd := loses.wait()
	again := b.start(output.Item{Seq: 1}, "true")
	if err := loses.Close(losesEnd, true); !errors.Is(err, output.ErrIncomplete) {
		t.Errorf("Close returns %v, want %v", err, output.ErrIncomplete)
	}
	check(t, again.Close(again.wait(), true))
	check(t, b.Close())
}

// With mode Lines the collector writes the files itself, and knows when a write fails.
func TestFullLines(t *testing.T) {
	disk := mount(t, "tmpfs")
	b := newBench(t, output.Options{Mode: output.Lines, Ordered: true, Dir: disk, Delay: delay}, "pipe")
	c := b.start(output.Item{Seq: 2}, "yes | head -c 99M")
	if err := c.Close(c.wait(), true); !errors.Is(err, output.ErrIncomplete) {
		t.Errorf("Close returns %v, want %v", err, output.ErrIncomplete)
	}
	b.run(output.Item{Seq: 1}, "echo one")
	b.finish("one\n", "")
}

// A full disk leaves no part of a line.
func TestFullResultsLines(t *testing.T) {
	disk := mount(t, "tmpfs")
	file := disk + "/results.jsonl"
	check(t, os.WriteFile(disk+"/fill", make([]byte, 31<<20), 0o600))
	b := newBench(t, output.Options{Results: file}, "pipe")
	b.run(output.Item{Seq: 1}, "yes x | head -c 100000")
	c := b.start(output.Item{Seq: 2}, "yes y | head -c 2000000")
	if err := c.Close(c.wait(), true); !errors.Is(err, unix.ENOSPC) {
		t.Errorf("Close returns %v, want %v", err, unix.ENOSPC)
	}
	b.run(output.Item{Seq: 3}, "echo three")
	check(t, b.Close())
	x, y := strings.Repeat("x\n", 50_000), strings.Repeat("y\n", 1_000_000)
	wantJSON(t, file, []object{lineOf(1, x), lineOf(3, "three\n")})
	same(t, "standard output", b.out.all(), x+y+"three\n")
}

func lineOf(seq float64, out string) object {
	return object{"seq": seq, "item": "", "argv": nil, "exitcode": 0., "duration": 0., "user": 0., "system": 0.,
		"stdout": out, "stderr": ""}
}

// A command may write no larger files than this process, so a limit on them does not look like a full disk.
func TestFileSizeLimit(t *testing.T) {
	var old unix.Rlimit
	check(t, unix.Getrlimit(unix.RLIMIT_FSIZE, &old))
	disk := mount(t, "tmpfs") // before the limit
	b := newBench(t, output.Options{Dir: disk}, "pipe")
	check(t, os.WriteFile(disk+"/fill", make([]byte, 25<<20), 0o600)) // so little is left that a large write is tried
	check(t, unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: 1000, Max: old.Max}))
	defer unix.Setrlimit(unix.RLIMIT_FSIZE, &old)
	b.run(output.Item{Seq: 1}, "echo fits")
	b.finish("fits\n", "")
}

// mount mounts a file system of a kind with about 32 MiB, or 300 MiB for XFS, for the length of the test.
func mount(t *testing.T, kind string) string {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root: mount")
	}
	dir := t.TempDir()
	if kind == "tmpfs" {
		if err := unix.Mount("output-test", dir, "tmpfs", 0, "size=32m"); err != nil {
			t.Skip("needs root: mount: ", err)
		}
		t.Cleanup(func() { unmount(t, dir) })
		return dir
	}
	testenv.Long(t)
	mkfs, err := exec.LookPath("mkfs." + kind)
	if err != nil {
		t.Skip("needs mkfs: ", err)
	}
	image := t.TempDir() + "/image"
	check(t, os.WriteFile(image, nil, 0o600))
	check(t, os.Truncate(image, map[string]int64{"ext4": 32, "xfs": 300}[kind]<<20))
	for _, argv := range [][]string{{mkfs, "-q", image}, {"mount", "-o", "loop", image, dir}} {
		if out, err := exec.Command(argv[0], argv[1:]...).CombinedOutput(); err != nil {
			t.Skipf("needs root: %q: %v: %s", argv, err, out)
		}
	}
	t.Cleanup(func() { unmount(t, dir) })
	return dir
}

// unmount tries again while another process uses the mount. At last it leaves the rest to the kernel.
func unmount(t *testing.T, dir string) {
	for range 100 {
		err := unix.Unmount(dir, 0)
		if !errors.Is(err, unix.EBUSY) {
			check(t, err)
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	check(t, unix.Unmount(dir, unix.MNT_DETACH))
}
