//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"brood/internal/event"
	"brood/internal/testenv"
)

// With --durable, each file that the record has as copied is still there after a power cut. The test takes snapshots
// of the disk during the copy, and mounts them as the next boot would.
//
// The disk is an image file. Data that the kernel still caches is not in the image yet, as at a power cut. The image
// is on a file system with reflinks, so a snapshot takes one moment.
func TestPowerLoss(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	for _, kind := range []string{"ext4", "xfs"} {
		t.Run(kind, func(t *testing.T) {
			d := newDisk(t, kind)
			cuts := d.copyAndCut("--durable", 12)
			durable := len(cuts)
			if len(cuts) < 10 {
				t.Errorf("%d snapshots, want 10 at least", len(cuts))
			}
			for _, c := range cuts {
				d.boot(c, func(t *testing.T, after place) {
					if lacks := after.lacks(t, c.copied); len(lacks) > 0 {
						t.Errorf("of %d durable copies %q are missing or damaged, want none", len(c.copied), lacks)
					}
					after.wholeFiles(t)
				})
			}
			// Without --durable the kernel decides what a cut costs. The log shows it: mostly all copies.
			d.dst += "-loose"
			lost, of := 0, 0
			for _, c := range d.copyAndCut("--jobs=2", 4) {
				d.boot(c, func(t *testing.T, after place) { lost += len(after.lacks(t, c.copied)) })
				of += len(c.copied)
			}
			t.Logf("%d snapshots; without --durable %d of %d copies are lost", durable, lost, of)
		})
	}
}

// disk is a place whose destination is on a disk that the test can clone.
type disk struct {
	*testing.T
	place
	kind  string
	image string
	taken int // number of snapshots
}

// cut is a snapshot of the disk, and the copies that the record had before it.
type cut struct {
	image  string
	copied []event.Event
}

func newDisk(t *testing.T, kind string) *disk {
	t.Helper()
	p := newPlace(t)
	for i := range 30 {
		must(t, os.WriteFile(fmt.Sprintf("%s/file-%d", p.src, i), noise(1000<<(i%12), i), 0o640))
	}
	must(t, os.Mkdir(p.src+"/a", 0o755))
	for i := range 10 {
		must(t, os.WriteFile(fmt.Sprintf("%s/a/file-%d", p.src, i), noise(50_000, i), 0o600))
	}
	below := p.dir + "/below"
	mountNew(t, p, "xfs", p.dir+"/image", below, 4<<30)
	d := &disk{T: t, place: p, kind: kind, image: below + "/image"}
	d.dst = p.dir + "/disk/dst"
	mountNew(t, p, kind, d.image, p.dir+"/disk", 400<<20)
	return d
}

// mountNew makes a file system in a new image file, and mounts it for the length of the test.
func mountNew(t *testing.T, p place, kind, image, dir string, size int64) {
	t.Helper()
	needsRoot(t, "to mount a file system")
	needs(t, "mkfs."+kind)
	must(t, os.WriteFile(image, nil, 0o600))
	must(t, os.Truncate(image, size))
	if out, err := exec.Command("mkfs."+kind, "-q", image).CombinedOutput(); err != nil {
		t.Fatalf("mkfs.%s: %v, %s", kind, err, out)
	}
	mountImage(t, p, kind, image, dir)
}

func mountImage(t *testing.T, p place, kind, image, dir string) {
	t.Helper()
	must(t, os.Mkdir(dir, 0o755))
	options := "loop"
	if kind == "xfs" {
		options += ",nouuid" // a clone has the UUID of its original, which is mounted, too
	}
	if out, err := exec.Command("mount", "-t", kind, "-o", options, image, dir).CombinedOutput(); err != nil {
		t.Skipf("needs kernel: loop mount: %v, %s", err, out)
	}
	t.Cleanup(func() {
		p.endAll()
		unmount(t, dir)
	})
}

// copyAndCut copies, and takes up to most snapshots: each when the record has more copies.
func (d *disk) copyAndCut(flag string, most int) (cuts []cut) {
	d.Helper()
	_ = os.Remove(d.dir + "/record") // of the run before
	r := start(d.T, d.place, d.copy(flag))
	for last := 0; !r.over(); time.Sleep(time.Millisecond) {
		copied := r.of(event.Copied)
		if len(copied) > last && len(cuts) < most {
			cuts = append(cuts, cut{d.clone(), copied})
			last = len(copied) + 1
		}
	}
	r.wants(0)
	d.equal(d.T)
	return cuts
}

// clone takes a snapshot, and returns its file.
func (d *disk) clone() string {
	d.Helper()
	from, err := os.Open(d.image)
	must(d.T, err)
	defer from.Close()
	d.taken++
	to, err := os.Create(fmt.Sprintf("%s-%d", d.image, d.taken))
	must(d.T, err)
	defer to.Close()
	must(d.T, unix.IoctlFileClone(int(to.Fd()), int(from.Fd())))
	return to.Name()
}

// boot mounts a snapshot, so that the kernel replays its journal, and calls look with its destination.
func (d *disk) boot(c cut, look func(*testing.T, place)) {
	d.Helper()
	d.Run(fmt.Sprint("after ", len(c.copied)), func(t *testing.T) {
		after := d.place
		dir := c.image + "-mounted"
		mountImage(t, d.place, d.kind, c.image, dir)
		after.dst = dir + "/" + path.Base(d.dst)
		look(t, after)
	})
	must(d.T, os.Remove(c.image))
}

// lacks returns the names of copies that are missing or damaged at the destination.
func (p place) lacks(t *testing.T, copied []event.Event) (names []string) {
	t.Helper()
	src, dst := readTree(t, p.src), tree{}
	if _, err := os.Lstat(p.dst); err == nil {
		dst = readTree(t, p.dst)
	}
	for _, e := range copied {
		if dst.info[e.File] == nil || differ(src, dst, e.File) != "" {
			names = append(names, e.File)
		}
	}
	return names
}
