package confine_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"brood/internal/confine"
)

const (
	ok           = "ok"
	denied       = "permission denied"
	notPermitted = "operation not permitted"
)

// attempt is an action that a child tries after it has confined itself. The same action
// succeeds in an unconfined child, so only the confinement can stop it.
type attempt struct {
	name    string
	version int    // least version of Landlock that restricts it
	want    string // result in a confined child
	do      func(f family) error
}

var attempts = []attempt{
	{"read an item", 1, ok, reading("source/item")},
	{"read an item in a folder", 1, ok, reading("source/sub/item")},
	{"read another file of the source", 1, denied, reading("source/other")},
	{"read another file beside an item", 1, denied, reading("source/sub/other")},
	{"read by a link that leads out", 1, denied, reading("source/far")},
	{"read by a link to another file", 1, denied, reading("source/near")},
	{"read by a name that leads out", 1, denied, reading("outside/secret")},
	{"read /etc/passwd", 1, denied, func(family) error { return discard(os.ReadFile("/etc/passwd")) }},
	{"read through /proc", 1, denied, func(family) error { return discard(os.ReadFile("/proc/self/status")) }},
	{"list the source", 1, ok, listing("source")},
	{"list a folder of the source", 1, ok, listing("source/sub")},
	{"list outside", 1, denied, listing("outside")},
	{"list /", 1, denied, func(family) error { return discard(os.ReadDir("/")) }},
	{"walk the source as os.Root does", 1, ok, readInRoot},
	{"write an item of the source", 1, denied, opening("source/item", os.O_WRONLY)},
	{"truncate an item of the source", 3, denied, truncating("source/item", 0)},
	{"make a file in the source", 1, denied, opening("source/new", os.O_WRONLY|os.O_CREATE)},
	{"remove a file of the source", 1, denied, func(f family) error { return os.Remove(f.path("source/item")) }},
	{"write outside", 1, denied, opening("outside/secret", os.O_WRONLY)},
	{"make a file outside", 1, denied, opening("outside/new", os.O_WRONLY|os.O_CREATE)},
	{"move a file out", 2, denied, moving("dest/a/old", "outside/new")},
	{"copy as filecopy does", 1, ok, copyWhole},
	{"read the destination back", 1, ok, reading("dest/a/old")},
	{"list the destination", 1, ok, listing("dest/a")},
	{"write in place", 1, ok, opening("dest/a/old", os.O_WRONLY|os.O_TRUNC)},
	{"truncate", 1, ok, truncating("dest/a/old", 1)},
	{"make folders", 1, ok, func(f family) error { return os.MkdirAll(f.path("dest/c/d/e"), 0o755) }},
	{"remove a tree", 1, ok, func(f family) error { return os.RemoveAll(f.path("dest/a")) }},
	{"rename a folder", 1, ok, moving("dest/a", "dest/c")},
	{"make a symlink", 1, ok, func(f family) error { return os.Symlink("/etc/passwd", f.path("dest/s")) }},
	{"read by a symlink of its own", 1, denied, readOwnLink},
	{"make a FIFO", 1, ok, func(f family) error { return syscall.Mkfifo(f.path("dest/p"), 0o600) }},
	{"link in a folder", 1, ok, linking("dest/a/old", "dest/a/new")},
	{"link from folder to folder", 1, "invalid cross-device link", linking("dest/a/old", "dest/b/new")},
	{"link a file of the source", 1, "invalid cross-device link", linking("source/item", "dest/a/new")},
	{"set times, mode and attributes", 1, ok, setAll},
	{"open what /proc names", 1, ok, reopen},
	{"execute itself", 1, denied, func(family) error { return run("/proc/self/exe", "-test.list=^$") }},
	{"execute a program", 1, denied, func(family) error { return run("/bin/true") }},
	{"signal another process", 6, notPermitted, func(f family) error {
		return syscall.Kill(f.outsider("process"), 0)
	}},
	{"signal itself", 1, ok, func(family) error { return syscall.Kill(os.Getpid(), 0) }},
	{"connect by TCP", 4, denied, func(f family) error {
		return connect("tcp", fmt.Sprintf("127.0.0.1:%d", f.outsider("tcp")))
	}},
	{"connect to an abstract unix socket", 6, notPermitted, func(f family) error {
		return connect("unix", f.abstract())
	}},
	{"listen at a TCP port", 4, denied, listen},
}

// children holds the functions that this binary can run as a child, by name. Each attempt is one.
var children = map[string]func(family) (string, error){}

func init() {
	for _, a := range attempts {
		children[a.name] = func(f family) (string, error) {
			if err := f.confine(nil); err != nil {
				return "", fmt.Errorf("not confined: %v", err)
			}
			return "", a.do(f)
		}
	}
}

func TestAttempts(t *testing.T) {
	users := map[string]int{"this user": 0}
	if os.Geteuid() == 0 {
		users["nobody"] = 65534
	}
	for who, uid := range users {
		for _, a := range attempts {
			t.Run(who+"/"+a.name, func(t *testing.T) {
				needVersion(t, a.version)
				for mode, want := range map[confine.Mode]string{confine.Never: ok, "": a.want} {
					f := newFamily(t, max(uid, os.Geteuid()))
					startOutsiders(t, f, uid)
					f.setMode(t, mode)
					if got := f.child(t, a.name, uid); got != want {
						t.Errorf("mode %q: %s, want %s", mode, got, want)
					}
				}
			})
		}
	}
}

func discard[T any](_ T, err error) error { return err }

func reading(name string) func(family) error {
	return func(f family) error { return discard(os.ReadFile(f.path(name))) }
}

func listing(name string) func(family) error {
	return func(f family) error { return discard(os.ReadDir(f.path(name))) }
}

func opening(name string, flag int) func(family) error {
	return func(f family) error { return closed(os.OpenFile(f.path(name), flag, 0o600)) }
}

func closed(file *os.File, err error) error {
	if err != nil {
		return err
	}
	return file.Close()
}

func truncating(name string, size int64) func(family) error {
	return func(f family) error { return os.Truncate(f.path(name), size) }
}

func moving(from, to string) func(family) error {
	return func(f family) error { return os.Rename(f.path(from), f.path(to)) }
}

func linking(from, to string) func(family) error {
	return func(f family) error { return os.Link(f.path(from), f.path(to)) }
}

// run runs a program with the child's own descriptors, so that os/exec opens no /dev/null.
func run(program string, args ...string) error {
	cmd := exec.Command(program, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stderr, os.Stderr
	return cmd.Run()
}

func readInRoot(f family) error {
	root, err := os.OpenRoot(f.path("source"))
	if err != nil {
		return err
	}
	defer root.Close()
	return discard(root.ReadFile("sub/item"))
}

// copyWhole makes the system calls of a copy.
func copyWhole(f family) error {
	source, err := os.Open(f.path("source/item"))
	if err != nil {
		return err
	}
	defer source.Close()
	root, err := os.OpenRoot(f.path("dest"))
	if err != nil {
		return err
	}
	defer root.Close()
	file, err := root.OpenFile("a/.temporary", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	fd := int(file.Fd())
	_ = unix.IoctlFileClone(fd, int(source.Fd())) // some file systems cannot
	_ = unix.Fallocate(fd, unix.FALLOC_FL_KEEP_SIZE, 0, 4096)
	_, err = unix.CopyFileRange(int(source.Fd()), nil, fd, nil, 10, 0)
	again, openErr := root.Open("a/.temporary")
	return errors.Join(err, unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB), file.Chmod(0o640), file.Sync(),
		openErr, again.Close(), root.Rename("a/.temporary", "a/old"))
}

// setAll sets the attributes that an archiving copy sets, by the same paths. Landlock does not
// restrict that.
func setAll(f family) error {
	dir, err := os.Open(f.path("dest/a"))
	if err != nil {
		return err
	}
	defer dir.Close()
	path := fmt.Sprintf("/proc/self/fd/%d/old", dir.Fd())
	times := make([]unix.Timespec, 2)
	return errors.Join(
		unix.Lsetxattr(path, "user.a", []byte("b"), 0),
		os.Chmod(path, 0o640),
		os.Lchown(path, os.Geteuid(), -1),
		unix.UtimesNanoAt(int(dir.Fd()), "old", times, unix.AT_SYMLINK_NOFOLLOW))
}

// reopen opens a file of the destination again, by the path of its descriptor.
func reopen(f family) error {
	file, err := os.OpenFile(f.path("dest/a/old"), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	return discard(os.ReadFile(fmt.Sprintf("/proc/self/fd/%d", file.Fd())))
}

func readOwnLink(f family) error {
	return errors.Join(os.Symlink("/etc/passwd", f.path("dest/s")), reading("dest/s")(f))
}

// startOutsiders starts the targets that a child tries to reach: a TCP listener, a listener at
// an abstract unix socket, and a process of the same user. The child finds their numbers in
// file names of the source, which it may list even when confined.
func startOutsiders(t *testing.T, f family, uid int) {
	t.Helper()
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { tcp.Close() })
	socket, err := net.Listen("unix", f.abstract())
	must(t, err)
	t.Cleanup(func() { socket.Close() })
	sleep := command(uid, "sleep", "60")
	must(t, sleep.Start())
	t.Cleanup(func() {
		_ = sleep.Process.Kill()
		_ = sleep.Wait()
	})
	for name, number := range map[string]int{"tcp": tcp.Addr().(*net.TCPAddr).Port, "process": sleep.Process.Pid} {
		must(t, os.WriteFile(f.path(fmt.Sprintf("source/%s %d", name, number)), nil, 0o644))
	}
}

// outsider returns the port or PID that startOutsiders left under that name, or 0.
func (f family) outsider(name string) (number int) {
	entries, _ := os.ReadDir(f.path("source"))
	for _, entry := range entries {
		_, _ = fmt.Sscanf(entry.Name(), name+" %d", &number)
	}
	return number
}

func (f family) abstract() string { return "@" + filepath.Base(f.folder) }

func connect(network, address string) error {
	conn, err := net.Dial(network, address)
	if err != nil {
		return err
	}
	return conn.Close()
}

func listen(family) error {
	// net.Listen asks for multipath TCP, which Landlock does not restrict.
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}})
}
