package main

import (
	"os"
	"slices"
	"syscall"
	"testing"

	"brood/internal/confine"
)

// paced is a rate so low that a child is still at its first file, even on a busy machine.
const paced = "--bwlimit=4K"

// pausedAtFirst stops the first child of a paced run, calls then, and lets the run go on at full speed.
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
		r.Fatalf("no child of %q; stderr:\n%s", r.src, r.stderr())
	}
	first.signal(syscall.SIGSTOP)
	if !eventually(first.stopped) {
		r.Fatalf("threads of the child in states %q, want T", threads(first.pid))
	}
	stat, _ := readStat(first.pid)
	then(first)
	unlimit(r.T, stat.ppid)
	goOn([]child{first})
}

// someOfEach makes a source with files, folders, a symlink and a hard link.
func (p place) someOfEach(t *testing.T) {
	t.Helper()
	p.small(t, 3, 64*kib)
	must(t, os.MkdirAll(p.src+"/sub/empty", 0o755))
	must(t, os.WriteFile(p.src+"/sub/f", noise(5000, 9), 0o640))
	must(t, os.Symlink("f", p.src+"/sub/link"))
	must(t, os.Link(p.src+"/sub/f", p.src+"/z-same"))
}

// at returns the place with another destination.
func (p place) at(dst string) place { return place{p.t, p.dir, p.src, dst} }

// victim makes a folder that no copy may change.
func (p place) victim(t *testing.T) string {
	t.Helper()
	out := p.dir + "/out"
	must(t, os.Mkdir(out, 0o700))
	must(t, os.WriteFile(out+"/small-2", []byte("theirs"), 0o600))
	return out
}

// swaps move a folder to real, and leave something else in its place.
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

// wantConfinable skips a test with --confine=always if the kernel cannot confine.
func wantConfinable(t *testing.T, flags []string) {
	t.Helper()
	if err := confine.Available(); err != nil && slices.Contains(flags, "--confine=always") {
		t.Skipf("needs kernel: %v", err)
	}
}
