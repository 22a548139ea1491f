package main

import (
	"context"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"

	"brood/internal/event"
	"brood/internal/testenv"
)

// late is a file of a server that takes its time to answer when one is opened, and can answer many at once.
type late struct {
	fs.LoopbackNode
	by time.Duration
}

func (n *late) Open(ctx context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	time.Sleep(n.by)
	return n.LoopbackNode.Open(ctx, flags)
}

func (n *late) WrapChild(_ context.Context, ops fs.InodeEmbedder) fs.InodeEmbedder {
	return &late{fs.LoopbackNode{RootData: n.RootData}, n.by}
}

// mountLate mounts such a server over the source, and returns where the source is, without it.
func (p place) mountLate(t *testing.T, by time.Duration) (beneath string) {
	t.Helper()
	needsRoot(t, "to mount")
	beneath = p.dir + "/beneath"
	must(t, os.Rename(p.src, beneath))
	must(t, os.Mkdir(p.src, 0o755))
	root := &fs.LoopbackRoot{Path: beneath}
	root.RootNode = &late{fs.LoopbackNode{RootData: root}, by}
	server, err := fs.Mount(p.src, root.RootNode, &fs.Options{MountOptions: fuse.MountOptions{FsName: "late", DirectMount: true}})
	must(t, err)
	t.Cleanup(func() {
		must(t, server.Unmount())
		server.Wait()
	})
	return beneath
}

// withTwoCPUs calls do, which may start a process for which the machine has two CPUs at the most.
func withTwoCPUs(t *testing.T, do func()) {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var all, two unix.CPUSet
	must(t, unix.SchedGetaffinity(0, &all))
	for cpu := 0; two.Count() < min(2, all.Count()); cpu++ {
		if all.IsSet(cpu) {
			two.Set(cpu)
		}
	}
	must(t, unix.SchedSetaffinity(0, &two))
	defer func() { must(t, unix.SchedSetaffinity(0, &all)) }()
	do()
}

// A server that is slow to answer, and answers many, is asked by many.
func TestAutoFindsMore(t *testing.T) {
	testenv.Long(t)
	p := newPlace(t)
	p.small(t, 350, 4096)
	beneath := p.mountLate(t, 250*time.Millisecond)
	var r *run
	withTwoCPUs(t, func() { r = start(t, p, p.copy("--jobs", "auto")) })
	r.wants(0)
	place{src: beneath, dst: p.dst}.equal(t)
	begun, finished := r.of(event.Begun), r.of(event.Finished)
	if len(begun) != 1 || len(finished) != 1 || !begun[0].Auto || begun[0].Slots > 2 {
		t.Fatalf("begun %+v, finished %+v", begun, finished)
	}
	if got := finished[0].Slots; got <= 2 || r.peak() < got {
		t.Errorf("settled on %d, %d ran at once; it says:\n%s", got, r.peak(), r.stderr())
	}
	adjusted := r.of(event.Adjusted)
	if first := adjusted[0]; !first.Trying || first.Slots != 2*begun[0].Slots || !strings.Contains(first.Reason, "files/s with") {
		t.Errorf("first of all it was adjusted so: %+v", first)
	}
	if !strings.Contains(r.stdout(), ", settled on ") {
		t.Errorf("the summary is\n%s", r.stdout())
	}
}
