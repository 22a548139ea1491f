package confine_test

import (
	"errors"
	"fmt"
	"io/fs"
	"math/bits"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"brood/internal/confine"
)

// privileged holds actions of a copy by root on files of another user, and the capability
// that each one needs. They need each capability of ToArchive, and no other.
var privileged = []struct {
	name string
	keep confine.Capabilities // enough for the action
	one  int                  // capability that the action fails without
	do   func(f family) error
}{
	{"read", confine.ToRead, unix.CAP_DAC_READ_SEARCH, reading("source/sub/item")},
	{"list", confine.ToRead, unix.CAP_DAC_READ_SEARCH, listing("source/sub")},
	{"read for a copy", confine.ToCopy, unix.CAP_DAC_OVERRIDE, reading("source/sub/item")},
	{"write", confine.ToCopy, unix.CAP_DAC_OVERRIDE, opening("dest/a/new", os.O_WRONLY|os.O_CREATE)},
	{"set the mode of a folder", confine.ToCopy, unix.CAP_FOWNER, func(f family) error {
		return os.Chmod(f.path("dest/a"), 0o700)
	}},
	{"set the owner", confine.ToArchive, unix.CAP_CHOWN, func(f family) error {
		return os.Lchown(f.path("dest/a/old"), 1234, 1234)
	}},
	{"set the set-group-ID bit", confine.ToArchive, unix.CAP_FSETID, setGroupID},
	{"make a device", confine.ToArchive, unix.CAP_MKNOD, func(f family) error {
		return unix.Mknod(f.path("dest/a/null"), unix.S_IFCHR|0o600, int(unix.Mkdev(1, 3)))
	}},
	{"set a file's capabilities", confine.ToArchive, unix.CAP_SETFCAP, func(f family) error {
		none := "\x00\x00\x00\x02" + strings.Repeat("\x00", 16) // VFS_CAP_REVISION_2
		return unix.Lsetxattr(f.path("dest/a/old"), "security.capability", []byte(none), 0)
	}},
	{"set a trusted attribute", confine.ToArchive, unix.CAP_SYS_ADMIN, func(f family) error {
		return unix.Lsetxattr(f.path("dest/a/old"), "trusted.a", []byte("b"), 0)
	}},
}

// setGroupID returns EPERM if the bit is not set. Without the capability, chmod succeeds all the
// same and leaves the bit out.
func setGroupID(f family) error {
	path := f.path("dest/a/old")
	err := errors.Join(os.Lchown(path, -1, 1234), unix.Chmod(path, 0o2750))
	info, statErr := os.Lstat(path)
	if err = errors.Join(err, statErr); err == nil && info.Mode()&os.ModeSetgid == 0 {
		return unix.EPERM
	}
	return err
}

func init() {
	children["status"], children["heir"], children["lone"] = status, heir, lone
	for _, p := range privileged {
		children[p.name] = func(f family) (string, error) {
			without, _ := os.ReadFile(f.path("without"))
			mask, _ := strconv.ParseUint(string(without), 0, 64)
			err := f.confine(func(a *confine.Access) { a.Keep = p.keep &^ confine.Capabilities(mask) })
			if err != nil {
				return "", fmt.Errorf("not confined: %v", err)
			}
			return "", p.do(f)
		}
	}
}

func TestCapabilitiesThatAreNeeded(t *testing.T) {
	needRoot(t)
	tried := confine.Capabilities(0)
	for _, p := range privileged {
		t.Run(p.name, func(t *testing.T) {
			f := newFamily(t, 65534)
			must(t, errors.Join(os.Chmod(f.path("source/sub"), 0o700), os.Chmod(f.path("dest/a"), 0o700)))
			one := confine.Capabilities(1) << p.one
			tried |= one
			must(t, os.WriteFile(f.path("without"), fmt.Appendf(nil, "%#x", one), 0o644))
			if got := f.child(t, p.name, 0); got != denied && got != notPermitted {
				t.Errorf("without capability %d: %s, want %s", p.one, got, denied)
			}
			must(t, os.WriteFile(f.path("without"), nil, 0o644))
			if got := f.child(t, p.name, 0); got != ok {
				t.Errorf("with capability %d: %s", p.one, got)
			}
		})
	}
	if all := confine.ToRead | confine.ToArchive; tried != all {
		t.Errorf("tried the capabilities %#x, want %#x: the sets differ in %d",
			tried, all, bits.OnesCount64(uint64(tried^all)))
	}
}

// A parent gives up its privileges, and then its children have none to give up.
func TestPrivileges(t *testing.T) {
	plain, _ := os.ReadFile("/proc/self/status")
	had := field(plain, "CapPrm")
	want := map[string]string{"status": "0000000000000000", "heir": had, "lone": had}
	if os.Geteuid() == 0 {
		want["status"], want["heir"] = "000000000000000a", "000000000000000a" // CAP_DAC_OVERRIDE, CAP_FOWNER
	}
	for _, name := range []string{"status", "heir"} {
		f := newFamily(t, os.Geteuid())
		if got := f.child(t, name, 0); got != want[name]+" 1" {
			t.Errorf("%s: %s, want %s 1", name, got, want[name])
		}
		f.setMode(t, confine.Never)
		if got := f.child(t, name, 0); got != had+" 0" {
			t.Errorf("%s, never: %s, want %s 0", name, got, had)
		}
	}
}

// status confines itself. It returns the permitted capabilities of its threads, and 1 if they
// cannot gain new privileges. All threads and sets must agree.
func status(f family) (string, error) {
	end := startThreads(20)
	defer end()
	tasks, err := os.OpenRoot("/proc/self/task")
	if err != nil {
		return "", err
	}
	err = f.confine(func(a *confine.Access) { a.Read = append(a.Read, confine.Files{Root: tasks, All: true}) })
	if err != nil {
		return "", err
	}
	return statusOfThreads(tasks.FS())
}

// startThreads starts threads that wait.
func startThreads(n int) (end func()) {
	var started sync.WaitGroup
	wait := make(chan struct{})
	started.Add(n)
	for range n {
		go func() {
			runtime.LockOSThread()
			started.Done()
			<-wait
		}()
	}
	started.Wait()
	return func() { close(wait) }
}

func statusOfThreads(tasks fs.FS) (string, error) {
	names, err := fs.Glob(tasks, "*/status")
	seen := map[string]bool{}
	text := ""
	for _, name := range names {
		status, readErr := fs.ReadFile(tasks, name)
		err = errors.Join(err, readErr)
		text = field(status, "CapPrm") + " " + field(status, "NoNewPrivs")
		seen[text] = true
		others := field(status, "CapInh") + field(status, "CapAmb")
		if field(status, "CapEff") != field(status, "CapPrm") || strings.Trim(others, "0") != "" {
			return "", fmt.Errorf("%s: %s", name, status)
		}
	}
	if len(seen) != 1 || len(names) < 20 {
		return "", fmt.Errorf("%d threads: %v", len(names), seen)
	}
	return text, err
}

// heir gives up its privileges, and returns the status of a child that it starts.
func heir(f family) (string, error) {
	mode, _ := os.ReadFile(f.path("mode"))
	if err := confine.Privileges(confine.ToCopy, confine.Mode(mode)); err != nil {
		return "", err
	}
	out, err := exec.Command("/proc/self/exe", "child", "lone", f.folder).Output()
	return string(out), err
}

func lone(family) (string, error) {
	end := startThreads(20)
	defer end()
	return statusOfThreads(os.DirFS("/proc/self/task"))
}
