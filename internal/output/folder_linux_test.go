package output_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"brood/internal/faultfs"
	"brood/internal/faultfs/faultfstest"
	"brood/internal/output"
)

// A file system without files that have no name gets named ones, which are removed at once.
func TestNoUnnamedFiles(t *testing.T) {
	dir := faultfstest.Mount(t, faultfs.Options{}).Mounted
	// The server of the file system has goroutines and descriptors in this process.
	b := openBench(t, output.Options{Dir: dir, Ordered: true}, "pipe")
	b.run(output.Item{Seq: 2}, "seq 10000; echo e >&2")
	if names := namesIn(t, dir); len(names) != 0 {
		t.Errorf("%s has %q, want nothing", dir, names)
	}
	b.run(output.Item{Seq: 1}, "echo a")
	b.finish("a\n"+numbers(1, 10000), "e\n")
}

// An exhausted quota is found, though the disk has space.
func TestQuota(t *testing.T) {
	for _, folder := range []bool{false, true} {
		f := faultfstest.Mount(t, faultfs.Options{})
		o := output.Options{Dir: f.Mounted}
		if folder {
			o = output.Options{Results: f.Mounted}
		}
		b := openBench(t, o, "pipe")
		b.run(output.Item{Seq: 1}, "echo a")
		c := b.start(output.Item{Seq: 2}, "echo b || true")
		fault := f.Inject(faultfs.Rule{Ops: faultfs.Write, Err: unix.EDQUOT})
		if err := c.Close(c.wait(), true); !errors.Is(err, output.ErrIncomplete) || !errors.Is(err, unix.EDQUOT) {
			t.Errorf("results %v: Close returns %v, want %v: %v", folder, err, output.ErrIncomplete, unix.EDQUOT)
		}
		fault.Remove()
		b.run(output.Item{Seq: 3}, "echo c")
		b.finish("a\nc\n", "")
	}
}

// When descriptors run out, Open fails and leaves none open.
func TestNoDescriptors(t *testing.T) {
	for _, o := range []output.Options{
		{}, {Mode: output.Lines}, {Results: t.TempDir()}, {Mode: output.Lines, Results: t.TempDir()},
	} {
		b := newBench(t, o, "file")
		var old unix.Rlimit
		check(t, unix.Getrlimit(unix.RLIMIT_NOFILE, &old))
		defer unix.Setrlimit(unix.RLIMIT_NOFILE, &old)
		var failed, opened int
		for limit := uint64(1); limit < 300; limit++ {
			check(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: limit, Max: old.Max}))
			out, err := b.Open(output.Item{Seq: 1})
			check(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &old))
			if err == nil {
				opened++
				check(t, out.Close(output.End{}, false))
			} else if failed++; !strings.Contains(err.Error(), "too many open files") {
				t.Errorf("Open returns %v", err)
			}
		}
		if failed < 3 || opened < 3 {
			t.Errorf("Open has failed %d times and opened %d times", failed, opened)
		}
		b.finish("", "")
	}
}

// A descendant that truncates an output that is held is found out.
func TestTruncatedLater(t *testing.T) {
	b := newBench(t, output.Options{Ordered: true}, "pipe")
	hold, done := newGate(t), t.TempDir()+"/done"
	b.startWith(output.Item{Seq: 2}, hold, `seq 10000; { read x <&3; : >/dev/stdout; : >"$1"; } &`, done).end(true)
	hold.open()
	eventually(t, func() bool { _, err := os.Stat(done); return err == nil }, func() string { return "no end" })
	b.Settle(1)
	if err := b.Close(); err == nil || !strings.Contains(err.Error(), "read the output of a command: unexpected EOF") {
		t.Errorf("Close returns %v, want an error of reading", err)
	}
}
