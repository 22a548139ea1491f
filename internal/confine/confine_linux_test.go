package confine_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"brood/internal/confine"
)

// These children are set in init, because a literal would refer to itself.
func init() {
	for name, child := range map[string]func(family) (string, error){
		"threads": threads, "descriptors": descriptors, "many": many, "all": readAll, "twice": twice,
		"link": link, "local time": localTime, "execute": execute,
	} {
		children[name] = child
	}
}

func TestParseMode(t *testing.T) {
	for s, valid := range map[string]bool{"auto": true, "always": true, "never": true, "": false, "Auto": false} {
		m, err := confine.ParseMode(s)
		if (err == nil) != valid || valid && string(m) != s {
			t.Errorf("%q: %q, %v", s, m, err)
		}
	}
}

func TestThreadsAreConfined(t *testing.T) {
	needVersion(t, 1)
	f := newFamily(t, os.Geteuid())
	if got := f.child(t, "threads", 0); got != "0 of 100 read it" {
		t.Error(got)
	}
	f.setMode(t, confine.Never)
	if got := f.child(t, "threads", 0); got != "100 of 100 read it" {
		t.Error(got)
	}
}

// threads starts half of its threads before it confines itself, and half after.
func threads(f family) (string, error) {
	var before, after, all sync.WaitGroup
	confined := make(chan struct{})
	read := make(chan bool, 100)
	try := func() {
		defer all.Done()
		runtime.LockOSThread() // never unlocked, so each goroutine has a thread of its own
		before.Done()
		<-confined
		read <- reading("outside/secret")(f) == nil
		after.Wait() // keep the thread until all have tried
	}
	all.Add(100)
	after.Add(1)
	for i := range 100 {
		if i == 50 {
			before.Wait()
			if err := f.confine(nil); err != nil {
				return "", err
			}
			close(confined)
		}
		before.Add(1)
		go try()
	}
	count := 0
	for range 100 {
		if <-read {
			count++
		}
	}
	after.Done()
	all.Wait()
	return fmt.Sprintf("%d of 100 read it", count), nil
}

func TestDescriptorsGoOn(t *testing.T) {
	if got := newFamily(t, os.Geteuid()).child(t, "descriptors", 0); got != "secret pipe" {
		t.Error(got)
	}
}

func descriptors(f family) (string, error) {
	file, err := os.OpenFile(f.path("outside/secret"), os.O_RDWR, 0)
	if err != nil {
		return "", err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return "", err
	}
	if err := f.confine(nil); err != nil {
		return "", err
	}
	text := make([]byte, 10)
	_, err = file.WriteAt([]byte("secret"), 0)
	_, readErr := file.ReadAt(text[:6], 0)
	_, pipeErr := w.WriteString(" pipe")
	_, endErr := r.Read(text[6:])
	return string(text) + "e", errors.Join(err, readErr, pipeErr, endErr)
}

const manyFiles = 500

func TestManyFiles(t *testing.T) {
	needVersion(t, 1)
	f := newFamily(t, os.Geteuid())
	for i := range 2 * manyFiles {
		must(t, os.WriteFile(f.path(fmt.Sprintf("source/sub/%d", i)), nil, 0o600))
	}
	if got := f.child(t, "many", 0); got != "500 read" {
		t.Error(got)
	}
}

// many allows more files than it may have descriptors.
func many(f family) (string, error) {
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 32, Max: 32}); err != nil {
		return "", err
	}
	err := f.confine(func(a *confine.Access) {
		for i := range manyFiles {
			a.Read[0].Names = append(a.Read[0].Names, fmt.Sprintf("sub/%d", 2*i))
		}
	})
	count := 0
	for i := range 2 * manyFiles {
		if opening(fmt.Sprintf("source/sub/%d", i), os.O_RDONLY)(f) == nil {
			count++
		}
	}
	return fmt.Sprintf("%d read", count), err
}

func TestAllOfAFolder(t *testing.T) {
	needVersion(t, 1)
	if got := newFamily(t, os.Geteuid()).child(t, "all", 0); got != denied {
		t.Errorf("outside: %s, want %s", got, denied)
	}
}

func readAll(f family) (string, error) {
	err := f.confine(func(a *confine.Access) { a.Read[0].Names, a.Read[0].All = nil, true })
	if err := errors.Join(err, reading("source/other")(f), reading("source/sub/other")(f)); err != nil {
		return "", fmt.Errorf("inside: %v", err)
	}
	return "", reading("outside/secret")(f)
}

// A confined child can execute neither a program that it may read, nor a program in a folder
// that it may write. (With cgo this proves less: the loader would be denied as well.)
func TestExecutesNothing(t *testing.T) {
	needVersion(t, 1)
	f := newFamily(t, os.Geteuid())
	self, err := os.ReadFile("/proc/self/exe")
	must(t, err)
	must(t, os.WriteFile(f.path("source/program"), self, 0o700))
	must(t, os.WriteFile(f.path("dest/program"), self, 0o700))
	for mode, want := range map[confine.Mode]string{
		confine.Never:  "source <nil>, dest <nil>",
		confine.Always: "source permission denied, dest permission denied",
	} {
		f.setMode(t, mode)
		if got := f.child(t, "execute", 0); got != want {
			t.Errorf("mode %q: %s, want %s", mode, got, want)
		}
	}
}

func execute(f family) (string, error) {
	err := f.confine(func(a *confine.Access) { a.Read[0].Names, a.Read[0].All = nil, true })
	try := func(name string) error { return errors.Unwrap(run(f.path(name), "-test.list=^$")) }
	return fmt.Sprintf("source %v, dest %v", try("source/program"), try("dest/program")), err
}

func TestLinksBetweenFolders(t *testing.T) {
	needVersion(t, 2)
	f := newFamily(t, os.Geteuid())
	f.setMode(t, confine.Always)
	if got := f.child(t, "link", 0); got != ok {
		t.Error(got)
	}
}

func link(f family) (string, error) {
	err := f.confine(func(a *confine.Access) { a.Link = true })
	return "", errors.Join(err, linking("dest/a/old", "dest/b/new")(f), moving("dest/b/new", "dest/new")(f))
}

// After a second confinement the process may do only what both allow.
func TestConfinedTwice(t *testing.T) {
	needVersion(t, 1)
	if got := newFamily(t, os.Geteuid()).child(t, "twice", 0); got != denied {
		t.Error(got)
	}
}

func twice(f family) (string, error) {
	// psx may read this folder again for the second confinement. Keep its inode: the first one's rule is for it.
	threads, err := os.Open(fmt.Sprintf("/proc/%d/task", os.Getpid()))
	if err != nil {
		return "", err
	}
	defer threads.Close()
	err = f.confine(nil)
	if err := errors.Join(err, f.confine(func(a *confine.Access) { a.Read = nil })); err != nil {
		return "", err
	}
	return "", reading("source/item")(f)
}

func TestLocalTimeStays(t *testing.T) {
	const zone = "/usr/share/zoneinfo/Asia/Shanghai"
	if _, err := os.Stat(zone); err != nil {
		t.Skip("needs tzdata: ", err)
	}
	t.Setenv("TZ", ":"+zone)
	if got := newFamily(t, os.Geteuid()).child(t, "local time", 0); got != "CST" {
		t.Error(got)
	}
}

func localTime(f family) (string, error) {
	err := f.confine(nil)
	zone, _ := time.Now().Zone()
	return zone, err
}

// A kernel without Landlock is an error under Always, and none under Auto.
func TestWithoutLandlock(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("needs strace")
	}
	for _, errno := range []string{"ENOSYS", "EOPNOTSUPP", "EPERM"} {
		f := newFamily(t, os.Geteuid())
		wrapper := []string{
			strace, "-f", "-qq", "-o", filepath.Join(t.TempDir(), "trace"),
			"-e", "trace=landlock_create_ruleset", "-e", "inject=landlock_create_ruleset:error=" + errno,
		}
		if got := f.child(t, "read another file of the source", 0, wrapper...); got != ok {
			t.Errorf("%s: auto: %s, want %s", errno, got, ok)
		}
		f.setMode(t, confine.Always)
		want := "not confined: confine: no Landlock here: "
		if got := f.child(t, "read another file of the source", 0, wrapper...); !strings.HasPrefix(got, want) {
			t.Errorf("%s: always: %s, want %s…", errno, got, want)
		}
	}
}

func TestAvailable(t *testing.T) {
	_, _, errno := syscall.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	err := confine.Available()
	if (err == nil) != (errno == 0) || err != nil && !errors.Is(err, confine.ErrUnavailable) {
		t.Errorf("%v, the kernel says %v", err, errno)
	}
}
