package plan_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"brood/internal/plan"
	"brood/internal/testenv"
)

// If the room is not enough, the error has both numbers.
func TestShortage(t *testing.T) {
	src := t.TempDir()
	makeTree(t, src, "in/")
	fill(t, src+"/in/big", 2*mib)
	fill(t, src+"/small", 5)
	for name, row := range map[string]struct {
		options string
		opts    plan.Options
		want    string // after the name
	}{
		"enough":              {options: "size=4m"},
		"just enough":         {options: fmt.Sprintf("size=%d", 2*mib+4*kib)},
		"a block too little":  {options: "size=2m", want: "needs 2101248 bytes, has 2097152"},
		"enough for the rest": {options: "size=1m", opts: plan.Options{Exclude: []string{"big"}}},
		"no inodes":           {options: "size=4m,nr_inodes=3", want: "needs 3 inodes, has 2"},
		"just enough inodes":  {options: "size=4m,nr_inodes=4"},
		"unlimited inodes":    {options: "size=4m,nr_inodes=0"},
	} {
		t.Run(name, func(t *testing.T) {
			dst := mountTmpfs(t, row.options)
			_, _, err := plan.Measure(t.Context(), plan.Tree{Source: src, Dest: dst}, row.opts,
				plan.Question{Room: true})
			var short *plan.Shortage
			switch {
			case row.want == "" && err != nil:
				t.Errorf("%v, want no error", err)
			case row.want == "":
			case !errors.As(err, &short), err.Error() != fmt.Sprintf("dest %q: %s", dst, row.want):
				t.Errorf("%v, want dest %q: %s", err, dst, row.want)
			}
		})
	}
}

// Where copies may share contents the need of room is unknown, unless they are always written.
func TestShared(t *testing.T) {
	testenv.Long(t)
	for _, kind := range []string{"xfs", "btrfs"} {
		t.Run(kind, func(t *testing.T) {
			disk := mountDisk(t, kind)
			makeTree(t, disk, "src/")
			fill(t, disk+"/src/big", 300*mib)
			other := mountTmpfs(t, "size=1m")
			makeTree(t, other, "f")
			dests := map[string]struct {
				dest string
				want [2]bool // a shortage: when contents may be shared, and when they are written
			}{
				"another folder":      {disk + "/dst", [2]bool{false, true}},
				"another file system": {other, [2]bool{true, true}},
			}
			if kind == "btrfs" {
				out, err := exec.Command("btrfs", "subvolume", "create", disk+"/sub").CombinedOutput()
				if err != nil {
					t.Fatalf("btrfs: %v: %s", err, out)
				}
				dests["another subvolume"] = struct {
					dest string
					want [2]bool
				}{disk + "/sub", [2]bool{false, true}}
			}
			for name, row := range dests {
				for n, written := range []bool{false, true} {
					_, _, err := plan.Measure(t.Context(), plan.Tree{Source: disk + "/src", Dest: row.dest},
						plan.Options{}, plan.Question{Room: true, Written: written})
					var short *plan.Shortage
					if errors.As(err, &short) != row.want[n] || err != nil && short == nil {
						t.Errorf("%s, written %v: %v; want a shortage %v", name, written, err, row.want[n])
					}
				}
			}
		})
	}
}

// mountTmpfs mounts an empty tmpfs for the length of the test.
func mountTmpfs(t *testing.T, options string) string {
	t.Helper()
	needsRoot(t)
	dir := t.TempDir()
	if err := unix.Mount("plan-test", dir, "tmpfs", 0, options); err != nil {
		t.Skip("needs root: mount: ", err)
	}
	t.Cleanup(func() { unmount(t, dir) })
	return dir
}

// mountDisk mounts a new file system that can reflink, for the length of the test.
func mountDisk(t *testing.T, kind string) string {
	t.Helper()
	needsRoot(t)
	mkfs, err := exec.LookPath("mkfs." + kind)
	if err != nil {
		t.Skipf("needs %s: %v", map[string]string{"xfs": "xfsprogs", "btrfs": "btrfs-progs"}[kind], err)
	}
	image := t.TempDir() + "/image"
	must(t, os.WriteFile(image, nil, 0o600))
	must(t, os.Truncate(image, 512*mib))
	if out, err := exec.Command(mkfs, "-q", image).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", mkfs, err, out)
	}
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-o", "loop", image, dir).CombinedOutput(); err != nil {
		t.Skipf("needs root: mount: %v: %s", err, out)
	}
	t.Cleanup(func() { unmount(t, dir) })
	return dir
}

func needsRoot(t *testing.T) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root: mount")
	}
}

// unmount tries again while another process uses the mount. At last it leaves the rest to the
// kernel.
func unmount(t *testing.T, dir string) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for range 100 {
		err := unix.Unmount(dir, 0)
		if !errors.Is(err, unix.EBUSY) {
			must(t, err)
			return
		}
		<-tick.C
	}
	must(t, unix.Unmount(dir, unix.MNT_DETACH))
}
