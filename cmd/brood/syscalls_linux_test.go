//go:build linux

package main

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"brood/internal/filecopy"
	"brood/internal/testenv"

	"golang.org/x/sys/unix"
)

// doing holds the system calls that change what is on the medium, with a word for each.
var doing = map[string]string{
	"mkdirat":         "make",
	"pwrite64":        "write",
	"write":           "write",
	"copy_file_range": "write",
	"ioctl":           "write", // FICLONE
	"ftruncate":       "write",
	"utimensat":       "times",
	"fchown":          "owner",
	"fchownat":        "owner",
	"fsetxattr":       "attribute",
	"fremovexattr":    "no ACL",
	"fchmod":          "mode",
	"fchmodat":        "mode",
	"fsync":           "sync",
	"fdatasync":       "sync",
	"pread64":         "read",
	"renameat":        "rename",
	"renameat2":       "rename",
	"linkat":          "link",
	"unlinkat":        "remove",
}

// steps returns in words what the traced calls do to the destination. Equal steps in a row are one.
func (p place) steps(t *testing.T) (steps []string) {
	t.Helper()
	for _, c := range p.calls(t) {
		if step := p.step(c); step != "" && (len(steps) == 0 || steps[len(steps)-1] != step) {
			steps = append(steps, step)
		}
	}
	return steps
}

// step returns the words for one call, "" when it does not count. Of folders only making and syncing count: they get
// their attributes later, when they are full.
func (p place) step(c call) string {
	what, on := doing[c.name], p.below(c)
	if c.name == "openat" {
		what = opening(c)
	}
	if c.failed() || what == "" || len(on) == 0 {
		return ""
	}
	if strings.Contains(c.args, unnamed) {
		return what
	}
	switch path.Base(on[0]) {
	case temporary:
		on = on[1:]
	case "f":
	default:
		if what != "make" && what != "sync" {
			return ""
		}
	}
	return strings.Join(append([]string{what}, on...), " ")
}

// opening returns the word for a call of openat, "" when it only reads.
func opening(c call) string {
	flags := c.args[strings.LastIndex(c.args, `"`):]
	switch {
	case regexp.MustCompile(`O_CREAT\|O_EXCL.*, 0600$|` + unnamed).MatchString(flags):
		return "create"
	case regexp.MustCompile(`O_CREAT|O_RDWR|O_WRONLY`).MatchString(flags):
		return "open to write"
	}
	return ""
}

const (
	temporary = "(temporary)" // stands for any temporary name
	unnamed   = "O_TMPFILE"   // flag for a file without a name; the kernel shows it as "#" and a number
)

// below returns the paths of a call that are in the place and not in the source, relative to the place.
func (p place) below(c call) (short []string) {
	for _, object := range c.objects() {
		name, err := filepath.Rel(p.dir, object)
		if err != nil || strings.HasPrefix(name, "..") || strings.HasPrefix(name, "src") {
			continue
		}
		if base := path.Base(name); filecopy.IsTemporary(base) || strings.HasPrefix(base, "#") {
			name = path.Join(path.Dir(name), temporary)
		}
		short = append(short, name)
	}
	return short
}

// After a power cut, the order of system calls decides what is on the medium. Each list is complete: brood writes
// nothing to a file after its sync, and nothing under its final name.
func TestOrderOfCopy(t *testing.T) {
	t.Parallel()
	const written = "create, write, times, no ACL, mode"
	const whole = "create, write, times, no ACL" // made with its mode
	for name, c := range map[string]struct {
		flags []string
		size  int
		want  string
	}{
		"small":                {nil, 100, "make dst, make dst/sub, " + whole + ", link dst/sub/f"},
		"small, by the kernel": {nil, 1 << 20, "make dst, make dst/sub, " + whole + ", link dst/sub/f"},
		"large":                {nil, 1<<20 + 1, "make dst, make dst/sub, " + written + ", rename dst/sub/f"},
		"durable": {[]string{"--durable=true"}, 100,
			"make dst, sync ., make dst/sub, sync dst, " + written + ", sync, rename dst/sub/f, sync dst/sub"},
		"durable, by the kernel": {[]string{"--durable=true"}, 1 << 20,
			"make dst, sync ., make dst/sub, sync dst, " + written + ", sync, rename dst/sub/f, sync dst/sub"},
		"verified": {[]string{"--hash=xxh128"}, 1 << 20,
			"make dst, make dst/sub, " + written + ", sync, read, rename dst/sub/f"},
		"durable, verified and archived": {[]string{"--durable=true", "--hash=xxh128", "--archive=true"}, 3 << 20,
			"make dst, sync ., make dst/sub, sync dst, create, write, times, owner, attribute, no ACL, mode, " +
				"sync, read, rename dst/sub/f, sync dst/sub"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			must(t, os.Mkdir(p.src+"/sub", 0o755))
			must(t, os.WriteFile(p.src+"/sub/f", noise(c.size, 1), 0o640))
			if err := syscall.Setxattr(p.src+"/sub/f", "user.brood", []byte("x"), 0); err != nil {
				t.Skipf("needs extended attributes: %v", err)
			}
			start(t, p, p.traced(t, nil, p.childArgs("copy", c.flags, "sub/f")...)).wants(0)
			p.complete(t)
			if got := strings.Join(p.steps(t), ", "); got != c.want {
				t.Errorf("steps: %s\n want: %s", got, c.want)
			}
		})
	}
}

// brood does not repeat a sync that has failed, and reports the file. A second sync would succeed although data were
// lost.
func TestSyncThatFails(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	for name, c := range map[string]struct {
		name  string   // file to copy
		on    string   // folder whose sync fails; "": every sync
		words string   // error of brood
		files []string // files at the destination after that
	}{
		"of the file":              {"f", "", "sync: input/output error", nil},
		"of its folder":            {"f", "dst", "sync folder: input/output error", []string{"f"}},
		"of the folder above":      {"sub/f", "dst", "sync folder: input/output error", nil},
		"of the folder in between": {"sub/f", "dst/sub", "sync folder: input/output error", []string{"sub/f"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			must(t, os.MkdirAll(p.src+"/"+path.Dir(c.name), 0o755))
			must(t, os.WriteFile(p.src+"/"+c.name, noise(100, 1), 0o640))
			must(t, os.Mkdir(p.dst, 0o755))
			flags := []string{"-e", "trace=fsync", "-e", "inject=fsync:error=EIO"}
			if c.on != "" {
				flags = append(flags, "-P", p.dir+"/"+c.on)
			}
			r := start(t, p, p.traced(t, flags, p.childArgs("copy", []string{"--durable=true"}, c.name)...))
			r.wants(1)
			r.says(strconv.Quote(c.name) + ": " + c.words)
			if files := p.complete(t); !slices.Equal(files, c.files) {
				t.Errorf("at the destination: %q, want %q", files, c.files)
			}
			syncs := slices.DeleteFunc(p.calls(t), func(c call) bool { return c.name != "fsync" })
			if len(syncs) != 1 || !syncs[0].injected() {
				t.Errorf("%d calls of fsync, want one that fails: %+v", len(syncs), syncs)
			}
		})
	}
}

// A copy of a small file makes about as many system calls as when they were counted. They take most of the time when
// thousands of small files are copied.
func TestCallsForSmallFile(t *testing.T) {
	t.Parallel()
	const counted = 41 // on Linux 6.18, with Landlock
	p := newPlace(t)
	must(t, os.WriteFile(p.src+"/f", noise(100, 1), 0o640))
	must(t, os.Mkdir(p.dst, 0o755))
	total, count := p.callsFor(t, []string{"f"})
	if most := counted * 11 / 10; total > most {
		t.Errorf("%d system calls on the file and its folders, want at most %d: %v", total, most, count)
	}
}

// A small file among others of its folder costs few system calls: a look at the source, open, create, read, write, a
// second look, times, a look for an ACL, link, and two closes. A file that is there already costs a look at both ends.
func TestCallsForEachSmallFile(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	most := 11
	switch kindOf(t, p.dir) {
	case unix.EXT4_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC, unix.TMPFS_MAGIC:
	default:
		most += 4 // two to remove an inherited ACL and set the mode, two to see whether a close fails
	}
	const few, many = 10, 40
	must(t, os.Mkdir(p.dst, 0o755))
	for _, c := range []struct {
		what string
		mode os.FileMode
		most int
	}{{"a copy", 0o644, most}, {"a copy that is there", 0o644, 2}, {"a copy for a group", 0o640, most + 1}} {
		names := make([]string, 0, few+many)
		for n := range few + many {
			names = append(names, fmt.Sprintf("%o-%d", c.mode, n))
			must(t, os.WriteFile(p.src+"/"+names[n], noise(4<<10, n), c.mode))
			must(t, os.Chtimes(p.src+"/"+names[n], time.Time{}, time.Unix(1e9, 0)))
		}
		less, _ := p.callsFor(t, names[:few], "--confine=never")
		more, count := p.callsFor(t, names[few:], "--confine=never")
		if each := float64(more-less) / (many - few); each > float64(c.most) {
			t.Errorf("%s: %v system calls for each file, want at most %d; of %d files: %v", c.what, each, c.most, many, count)
		}
	}
}

// callsFor copies the names in one child. It returns the number of system calls on both ends, and the number of each.
func (p place) callsFor(t *testing.T, names []string, flags ...string) (total int, count map[string]int) {
	t.Helper()
	start(t, p, p.traced(t, nil, p.childArgs("copy", flags, names...)...)).wants(0)
	count = map[string]int{}
	for _, c := range p.calls(t) {
		if slices.ContainsFunc(c.objects(), p.within) {
			count[c.name]++
			total++
		}
	}
	return total, count
}

// kindOf returns the kind of the file system of a folder.
func kindOf(t *testing.T, dir string) int64 {
	t.Helper()
	var st unix.Statfs_t
	must(t, unix.Statfs(dir, &st))
	return int64(st.Type)
}

// within tells whether a path is the source or the destination, or is below one of them.
func (p place) within(object string) bool {
	return strings.HasPrefix(object+"/", p.src+"/") || strings.HasPrefix(object+"/", p.dst+"/")
}
