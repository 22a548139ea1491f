package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	"brood/internal/confine"
	"brood/internal/event"
	"brood/internal/pace"
	"brood/internal/testenv"
)

// paced is so slow that a child is still at its first file however busy the machine is.
const paced = "--bwlimit=4K"

// pausedAtFirst stops the first child of a paced run, which has others to follow it. then is what
// somebody does meanwhile; all goes on at full speed after that.
func (r *run) pausedAtFirst(then func(first child)) {
	r.Helper()
	var first child
	if !eventually(func() bool {
		for _, pid := range pids() {
			argv := argv(pid)
			ours := len(argv) > 2 && argv[1] == "child" && slices.Contains(argv, "--source="+r.src)
			if ours && (argv[2] == "copy" || argv[2] == "verify") {
				first = child{pid, argv}
			}
		}
		return first.pid != 0 || r.over()
	}) || first.pid == 0 {
		r.Fatalf("no child; it says:\n%s", r.stderr())
	}
	first.signal(syscall.SIGSTOP)
	if !eventually(first.stopped) {
		r.Fatalf("the child does not stop: %q", threads(first.pid))
	}
	stat, _ := readStat(first.pid)
	then(first)
	bucket, err := pace.Of(stat.ppid)
	must(r.T, err)
	bucket.SetRate(0)
	must(r.T, bucket.Close())
	goOn([]child{first})
}

// someOfEach are files, some of them in folders, and what else is copied.
func (p place) someOfEach(t *testing.T) {
	t.Helper()
	p.small(t, 3, 64*kib)
	must(t, os.MkdirAll(p.src+"/sub/empty", 0o755))
	must(t, os.WriteFile(p.src+"/sub/f", noise(5000, 9), 0o640))
	must(t, os.Symlink("f", p.src+"/sub/link"))
	must(t, os.Link(p.src+"/sub/f", p.src+"/z-same"))
}

// at is the place with another destination.
func (p place) at(dst string) place { return place{p.dir, p.src, dst} }

// victim is a folder of somebody else's, in which nothing may change.
func (p place) victim(t *testing.T) string {
	t.Helper()
	out := p.dir + "/out"
	must(t, os.Mkdir(out, 0o700))
	must(t, os.WriteFile(out+"/small-2", []byte("theirs"), 0o600))
	return out
}

// swaps are what somebody may do to the path of a folder, whose name is real afterwards.
var swaps = map[string]func(t *testing.T, folder, real, out string){
	"a link": func(t *testing.T, folder, real, out string) {
		must(t, os.Rename(folder, real))
		must(t, os.Symlink(out, folder))
	},
	"another folder": func(t *testing.T, folder, real, out string) {
		must(t, os.Rename(folder, real))
		must(t, os.Rename(out, folder))
	},
	"nothing": func(t *testing.T, folder, real, _ string) {
		must(t, os.Rename(folder, real))
	},
}

// TestDestIsSwapped: the files follow the folder that was there when the run began.
func TestDestIsSwapped(t *testing.T) {
	for name, swap := range swaps {
		for n, flags := range [][]string{
			{"--jobs=1", "--confine=always", "--archive"},
			{"--jobs=1", "--confine=never"},
			{"--jobs=2", "--daemon", "--durable", "--verify"},
			{"--jobs=1", "--per-child=2", "--resume"},
		} {
			t.Run(name+" "+strings.Join(flags, " "), func(t *testing.T) {
				if n > 0 {
					testenv.Long(t)
				}
				wantConfinable(t, flags)
				t.Parallel()
				p := newPlace(t)
				p.someOfEach(t)
				out, real := p.victim(t), p.dir+"/real"
				before := facts(t, out)
				if n%2 == 0 { // else it is made by the run, once
					must(t, os.Mkdir(p.dst, 0o755))
				}
				r := start(t, p, p.copy(append(flags, paced)...))
				r.pausedAtFirst(func(child) { swap(t, p.dst, real, out) })
				r.wants(0)
				p.at(real).equal(t)
				switch name {
				case "a link":
					wantUntouched(t, before, out)
				case "nothing":
					if _, err := os.Lstat(p.dst); err == nil {
						t.Error("it was made anew")
					}
				default:
					if names := namesIn(p.dst); !slices.Equal(names, []string{"small-2"}) {
						t.Errorf("the other folder has %q", names)
					}
				}
				r.says(fmt.Sprintf("dest %q: its path now leads elsewhere", p.dst))
				if begun := r.of(event.Begun); len(begun) != 1 || begun[0].Dest != p.dst {
					t.Errorf("begun: %+v", begun)
				}
			})
		}
	}
}

// wantConfinable skips a test that is about confined children where there can be none.
func wantConfinable(t *testing.T, flags []string) {
	t.Helper()
	if err := confine.Available(); err != nil && slices.Contains(flags, "--confine=always") {
		t.Skipf("needs kernel: %v", err)
	}
}

// TestSourceIsSwapped: what is copied is what was in the folder that was there when the run began.
func TestSourceIsSwapped(t *testing.T) {
	for name, swap := range swaps {
		for n, flags := range [][]string{
			{"--jobs=1", "--archive"},
			{"--jobs=1", "--confine=never", "--durable"},
			{"--jobs=2", "--daemon"},
		} {
			t.Run(name+" "+strings.Join(flags, " "), func(t *testing.T) {
				if n > 0 {
					testenv.Long(t)
				}
				t.Parallel()
				p := newPlace(t)
				p.someOfEach(t)
				other := place{p.dir, p.dir + "/out", p.dst}
				must(t, os.Mkdir(other.src, 0o755))
				other.small(t, 2, 1000)
				must(t, os.MkdirAll(p.dst, 0o755))
				r := start(t, p, p.copy(append(flags, paced)...))
				r.pausedAtFirst(func(child) { swap(t, p.src, p.dir+"/real", other.src) })
				r.wants(0)
				place{p.dir, p.dir + "/real", p.dst}.equal(t)
				r.says(fmt.Sprintf("source %q: its path now leads elsewhere", p.src))
			})
		}
	}
}

// TestSingleFileIsSwapped: the folder of a single file is opened once, too.
func TestSingleFileIsSwapped(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.small(t, 1, 64*kib)
	out := place{p.dir, p.dir + "/out", p.dst}
	must(t, os.Mkdir(out.src, 0o755))
	must(t, os.WriteFile(out.src+"/small-1", []byte("theirs"), 0o644))
	r := start(t, p, p.brood("copy", "--record", p.dir+"/record", "--retries=1", paced, p.src+"/small-1", p.dst))
	r.pausedAtFirst(func(first child) {
		swaps["a link"](t, p.src, p.dir+"/real", out.src)
		first.signal(syscall.SIGKILL) // another child tries again, after the swap
	})
	r.wants(0)
	if !bytes.Equal(read(p.dst+"/small-1"), read(p.dir+"/real/small-1")) {
		t.Error("it is a copy of something else")
	}
}

// TestRetryAfterSwap: a child that tries again is in the same folders as the first one.
func TestRetryAfterSwap(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	p := newPlace(t)
	p.someOfEach(t)
	out := p.victim(t)
	before := facts(t, out)
	r := start(t, p, p.copy("--jobs=1", "--retries=2", paced))
	r.pausedAtFirst(func(first child) {
		swaps["a link"](t, p.dst, p.dir+"/real", out)
		first.signal(syscall.SIGKILL)
	})
	r.wants(0)
	p.at(p.dir + "/real").equal(t)
	wantUntouched(t, before, out)
	if retried := r.of(event.Retried); len(retried) == 0 {
		t.Error("nothing was tried again")
	}
}

// TestDestIsRemoved: what cannot be written is a failure, and the destination is not made anew.
func TestDestIsRemoved(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.someOfEach(t)
	r := start(t, p, p.copy("--jobs=1", paced))
	r.pausedAtFirst(func(child) { must(t, os.RemoveAll(p.dst)) })
	r.wants(1)
	if _, err := os.Lstat(p.dst); err == nil {
		t.Error("it was made anew")
	}
	failed := r.of(event.Failed)
	for _, name := range []string{"small-2", "small-3", "sub/f"} {
		i := slices.IndexFunc(failed, func(e event.Event) bool { return e.File == name })
		if i < 0 || !strings.Contains(failed[i].Error, "no such file or directory") {
			t.Errorf("%q has not failed so: %+v", name, failed)
		}
	}
}

// TestVerifyIsSwapped: a comparison stays in its two folders.
func TestVerifyIsSwapped(t *testing.T) {
	for name, swap := range swaps {
		for _, side := range []string{"source", "dest"} {
			t.Run(name+" for the "+side, func(t *testing.T) {
				t.Parallel()
				p := newPlace(t)
				p.small(t, 4, 64*kib)
				must(t, os.CopyFS(p.dst, os.DirFS(p.src)))
				out := p.victim(t)
				r := start(t, p, p.brood("verify", "--record", p.dir+"/record", "--jobs=1", paced, p.src, p.dst))
				r.pausedAtFirst(func(child) {
					swap(t, map[string]string{"source": p.src, "dest": p.dst}[side], p.dir+"/real", out)
				})
				r.wants(0)
				if verified := r.of(event.Verified); len(verified) != 4 {
					t.Errorf("verified: %+v", verified)
				}
			})
		}
	}
}

// TestSwapByAnother: who owns the folder that the destination is in cannot have root's children write elsewhere.
func TestSwapByAnother(t *testing.T) {
	needsRoot(t, "to copy into another user's folder")
	for n, flag := range []string{"--confine=always", "--confine=auto", "--confine=never"} {
		t.Run(flag, func(t *testing.T) {
			if n > 0 {
				testenv.Long(t)
			}
			wantConfinable(t, []string{flag})
			t.Parallel()
			p := newPlace(t)
			p.someOfEach(t)
			out := p.victim(t)
			before := facts(t, out)
			must(t, os.Mkdir(p.dir+"/theirs", 0o755))
			must(t, os.Chown(p.dir+"/theirs", nobody, nobody))
			p.dst = p.dir + "/theirs/dst"
			r := start(t, p, p.copy("--jobs=1", "--archive", flag, paced))
			r.pausedAtFirst(func(child) {
				swap := as(t, nobody, exec.Command("sh", "-ec", `mv dst real; ln -s "$1" dst`, "sh", out))
				swap.Dir = p.dir + "/theirs"
				if said, err := swap.CombinedOutput(); err != nil {
					t.Fatalf("%v: %s", err, said)
				}
			})
			r.wants(0)
			p.at(p.dir + "/theirs/real").equal(t)
			wantUntouched(t, before, out)
		})
	}
}

// TestDestOfTaskIsSwapped: the children of a task stay in the folders that it has opened, and a
// later task refuses another destination.
func TestDestOfTaskIsSwapped(t *testing.T) {
	testenv.Long(t)
	c := newCluster(t)
	c.small(t, 4, 64*kib)
	out := c.victim(t)
	before := facts(t, out)
	r := start(t, c.place, c.copyOn(paced, "--array-throttle=1", "--per-task=4", "--jobs=1"))
	r.pausedAtFirst(func(child) { swaps["a link"](t, c.dst, c.dir+"/real", out) })
	r.endsWith(1)
	wantUntouched(t, before, out)
	for i := range 4 {
		name := fmt.Sprintf("/small-%d", i+1)
		if !bytes.Equal(read(c.src+name), read(c.dir+"/real"+name)) {
			t.Errorf("%s is not in the destination", name)
		}
	}
	r.says("sees another folder than the submitter")
}
