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

// late is a file on a slow server: it answers an open after a delay, and can answer many opens at once.
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

// mountLate puts a slow server in front of the source. It returns the folder with the source's files.
func (p place) mountLate(t *testing.T, by time.Duration) (beneath string) {
	t.Helper()
	needsRoot(t, "to mount")
	beneath = p.dir + "/beneath"
	must(t, os.Rename(p.src, beneath))
	must(t, os.Mkdir(p.src, 0o755))
	root := &fs.LoopbackRoot{Path: beneath}
	root.RootNode = &late{fs.LoopbackNode{RootData: root}, by}
	mount := fuse.MountOptions{FsName: "late", DirectMount: true}
	server, err := fs.Mount(p.src, root.RootNode, &fs.Options{MountOptions: mount})
	must(t, err)
	t.Cleanup(func() {
		must(t, server.Unmount())
		server.Wait()
	})
	return beneath
}

// withTwoCPUs calls do. A process that do starts has at most two CPUs.
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

// --jobs auto finds out that many children at once are faster when a server answers slowly.
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
		t.Fatalf("begun %+v, finished %+v; want one of each, and at most 2 slots at first", begun, finished)
	}
	if got := finished[0].Slots; got <= 2 || r.peak() < got {
		t.Errorf("settled on %d slots, %d ran at once; want more than 2; stderr:\n%s", got, r.peak(), r.stderr())
	}
	adjusted := r.of(event.Adjusted)
	first := adjusted[0]
	if !first.Trying || first.Slots != 2*begun[0].Slots ||
		!strings.Contains(first.Reason, "files/s with") {
		t.Errorf("first adjustment: %+v, want a try with %d slots", first, 2*begun[0].Slots)
	}
	if !strings.Contains(r.stdout(), ", settled on ") {
		t.Errorf("the summary lacks \"settled on\":\n%s", r.stdout())
	}
}
