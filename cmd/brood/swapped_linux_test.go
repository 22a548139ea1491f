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

	"brood/internal/event"
	"brood/internal/testenv"
)

// TestDestIsSwapped checks that a run fills the folder that was the destination when it began, under its new name.
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
				if n%2 == 0 { // otherwise the run makes it, once
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
						t.Error("the destination exists again, want none")
					}
				default:
					if names := namesIn(p.dst); !slices.Equal(names, []string{"small-2"}) {
						t.Errorf("the other folder has %q, want only small-2", names)
					}
				}
				r.says(fmt.Sprintf("dest %q: its path now leads elsewhere", p.dst))
				if begun := r.of(event.Begun); len(begun) != 1 || begun[0].Dest != p.dst {
					t.Errorf("begun: %+v, want destination %q", begun, p.dst)
				}
			})
		}
	}
}

// TestSourceIsSwapped checks that a run copies from the folder that was the source when it began.
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
				other := place{t, p.dir, p.dir + "/out", p.dst}
				must(t, os.Mkdir(other.src, 0o755))
				other.small(t, 2, 1000)
				must(t, os.MkdirAll(p.dst, 0o755))
				r := start(t, p, p.copy(append(flags, paced)...))
				r.pausedAtFirst(func(child) { swap(t, p.src, p.dir+"/real", other.src) })
				r.wants(0)
				place{t, p.dir, p.dir + "/real", p.dst}.equal(t)
				r.says(fmt.Sprintf("source %q: its path now leads elsewhere", p.src))
			})
		}
	}
}

// TestSingleFileIsSwapped checks the same for the folder of a single file.
func TestSingleFileIsSwapped(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.small(t, 1, 64*kib)
	out := place{t, p.dir, p.dir + "/out", p.dst}
	must(t, os.Mkdir(out.src, 0o755))
	must(t, os.WriteFile(out.src+"/small-1", []byte("theirs"), 0o644))
	r := start(t, p, p.brood("copy", "--record", p.dir+"/record", "--retries=1", paced, p.src+"/small-1", p.dst+"/"))
	r.pausedAtFirst(func(first child) {
		swaps["a link"](t, p.src, p.dir+"/real", out.src)
		first.signal(syscall.SIGKILL) // another child tries again, after the swap
	})
	r.wants(0)
	if !bytes.Equal(read(p.dst+"/small-1"), read(p.dir+"/real/small-1")) {
		t.Error("small-1 has other contents, want those of the file in the first folder")
	}
}

// TestRetryAfterSwap checks that a retry uses the same folders as the first attempt.
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
		t.Error("the record has no retry, want one")
	}
}

// TestDestIsRemoved checks that files fail when the destination is removed, and that brood does not make it again.
func TestDestIsRemoved(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.someOfEach(t)
	r := start(t, p, p.copy("--jobs=1", paced))
	r.pausedAtFirst(func(child) { must(t, os.RemoveAll(p.dst)) })
	r.wants(1)
	if _, err := os.Lstat(p.dst); err == nil {
		t.Error("the destination exists again, want none")
	}
	failed := r.of(event.Failed)
	for _, name := range []string{"small-2", "small-3", "sub/f"} {
		i := slices.IndexFunc(failed, func(e event.Event) bool { return e.File == name })
		if i < 0 || !strings.Contains(failed[i].Error, "no such file or directory") {
			t.Errorf("failed: %+v, want %q among them: no such file or directory", failed, name)
		}
	}
}

// TestVerifyIsSwapped checks that a comparison stays in the two folders that it began with.
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
					t.Errorf("verified: %+v, want 4 files", verified)
				}
			})
		}
	}
}

// TestSwapByAnother checks that the owner of the folder around the destination cannot make root's children write
// elsewhere.
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

// TestDestOfTaskIsSwapped checks that the children of a Slurm task stay in the folders that the task has opened. A
// later task refuses to write to another destination.
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
			t.Errorf("%s is missing or different in the first destination", name)
		}
	}
	r.says("sees another folder than the submitter")
}
