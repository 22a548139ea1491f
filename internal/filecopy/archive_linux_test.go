package filecopy_test

import (
	"io/fs"
	"os"
	"slices"
	"testing"
	"unsafe"

	"brood/internal/filecopy"

	xattrs "github.com/pkg/xattr"
	"golang.org/x/sys/unix"
)

// netRaw is a value of security.capability: cap_net_raw, effective and permitted
// (linux/capability.h).
const netRaw = "\x01\x00\x00\x02" + "\x00\x20\x00\x00" + "\x00\x00\x00\x00" + "\x00\x00\x00\x00" + "\x00\x00\x00\x00"

var (
	archived = filecopy.Options{Archive: true}
	strictly = filecopy.Options{Archive: true, Strict: true}
)

// An ordinary user keeps the group if it is one of his. He keeps no rights that he may not give.
func TestArchiveAsOrdinaryUser(t *testing.T) {
	const both = fs.ModeSetuid | fs.ModeSetgid
	const owner, group, special = filecopy.LostOwner, filecopy.LostGroup, filecopy.LostSpecialBits
	for _, tt := range []struct {
		name     string
		uid, gid int
		mode     fs.FileMode
		caps     bool
		want     fs.FileMode
		lost     []string
	}{
		{"own", 65534, 65534, both | 0o755, false, both | 0o755, nil},
		{"own, of a group of his", 65534, 4711, both | 0o750, false, both | 0o750, nil},
		{"another's", 1234, 5678, fs.ModeSticky | 0o644, false, fs.ModeSticky | 0o644, []string{owner, group}},
		{"another's, of a group of his", 1234, 4711, fs.ModeSetgid | 0o644, false, fs.ModeSetgid | 0o644,
			[]string{owner}},
		{"another's, setuid", 1234, 4711, fs.ModeSetuid | 0o755, false, 0o755, []string{owner, special}},
		{"own, of another group", 65534, 5678, both | 0o755, false, 0o755, []string{group, special}},
		{"capable", 1234, 4711, 0o755, true, 0o755, []string{owner, filecopy.LostCapability}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			needsRoot(t)
			e := newEnds(t)
			must(t, os.Chmod(e.dstPath, 0o777))
			write(t, e.src, "f", noise(10), 0o600)
			must(t, e.src.Chown("f", tt.uid, tt.gid))
			must(t, e.src.Chmod("f", tt.mode))
			if tt.caps {
				must(t, xattrs.Set(e.srcPath+"/f", "security.capability", []byte(netRaw)))
			}
			must(t, xattrs.Set(e.srcPath+"/f", "user.a", []byte("kept")))
			must(t, e.src.Chmod(".", 0o755))
			asOrdinaryUser(func() {
				withGroups(4711)
				res, err := e.copy("f", archived)
				if err != nil || !slices.Equal(res.Lost, tt.lost) {
					t.Errorf("lost %q, %v; want %q", res.Lost, err, tt.lost)
				}
				info, err := e.dst.Lstat("f")
				if err != nil || info.Mode() != tt.want {
					t.Errorf("mode %v, %v; want %v", info.Mode(), err, tt.want)
				}
			})
		})
	}
}

// withGroups makes gid the only supplementary group of the calling thread.
func withGroups(gid uint32) {
	unix.RawSyscall(unix.SYS_SETGROUPS, 1, uintptr(unsafe.Pointer(&gid)), 0)
}

// An existing folder gets the attributes that it lacks, and loses those that its source lacks.
func TestArchiveOfAnExistingFolder(t *testing.T) {
	e := newEnds(t)
	for _, root := range []*os.Root{e.src, e.dst} {
		must(t, root.Mkdir("d", 0o755))
	}
	setXattr(t, e.srcPath+"/d", "user.ours", "new")
	setXattr(t, e.dstPath+"/d", "user.ours", "old")
	setXattr(t, e.dstPath+"/d", "user.theirs", "")
	setACL(t, "user:1:rwx,default:user:1:rwx", e.dstPath+"/d")
	setACL(t, "user:2:r-x", e.srcPath+"/d")
	setLinkTime(t, e.srcPath+"/d", longAgo)
	_, err := filecopy.Folder(e.src, e.dst, "d", strictly)
	must(t, err)
	wantTree(t, treeOf(t, e.dstPath+"/d"), treeOf(t, e.srcPath+"/d"))
}

// A user may not set a label. That is no loss if the copy already has the same label.
func TestLabels(t *testing.T) {
	needsRoot(t)
	for _, tt := range []struct {
		label string
		lost  []string
	}{{"same", nil}, {"other", []string{filecopy.LostLabel}}} {
		t.Run(tt.label, func(t *testing.T) {
			e := newEnds(t)
			must(t, os.Chmod(e.srcPath, 0o755))
			must(t, os.Chmod(e.dstPath, 0o755))
			for _, root := range []*os.Root{e.src, e.dst} {
				must(t, root.Mkdir("d", 0o755))
				must(t, root.Chown("d", 65534, 65534))
			}
			setXattr(t, e.srcPath+"/d", "security.brood", "same")
			setXattr(t, e.dstPath+"/d", "security.brood", tt.label)
			asOrdinaryUser(func() {
				none := [2]unix.CapUserData{}
				unix.Capset(&unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, &none[0])
				res, err := filecopy.Folder(e.src, e.dst, "d", archived)
				if err != nil || !slices.Equal(res.Lost, tt.lost) {
					t.Errorf("lost %q, %v; want %q", res.Lost, err, tt.lost)
				}
			})
		})
	}
}

// On a full disk a missing attribute is no loss, but an error.
func TestFullDiskForAttributes(t *testing.T) {
	disk := mountDisk(t, "ext4")
	e := endsAt(t, t.TempDir(), disk)
	must(t, e.dst.RemoveAll("lost+found"))
	write(t, e.src, "f", nil, 0o644)
	setXattr(t, e.srcPath+"/f", "user.a", string(noise(3000)))
	fill, err := e.dst.Create("fill")
	must(t, err)
	defer fill.Close()
	for size, end := int64(256*mib), int64(0); size >= 1024; size /= 2 {
		for unix.Fallocate(int(fill.Fd()), 0, end, size) == nil {
			end += size
		}
	}
	_, err = e.copy("f", archived)
	wantError(t, err, unix.ENOSPC, "set extended attribute: no space left on device")
	wantOnly(t, e.dst, ".", "fill")
}

func setXattr(t *testing.T, path, name, value string) {
	t.Helper()
	if err := xattrs.LSet(path, name, []byte(value)); err != nil {
		t.Skip("needs extended attributes: ", err)
	}
}
