//go:build linux

package confine_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	ll "github.com/landlock-lsm/go-landlock/landlock/syscall"

	"brood/internal/confine"
	"brood/internal/testenv"
)

// TestMain runs this binary as a child, too. The child confines itself, and then does what a
// test asks for.
func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == "child" {
		fmt.Print(runChild(os.Args[2], os.Args[3]))
		os.Exit(0)
	}
	os.Exit(testenv.New(m).Run())
}

// runChild runs the child of that name in the family's folder. It returns the child's text,
// "ok" if there is none, or the error.
func runChild(name, folder string) string {
	text, err := children[name](family{folder})
	var errno syscall.Errno
	switch {
	case errors.As(err, &errno):
		return errno.Error()
	case err != nil:
		return err.Error()
	case text == "":
		return "ok"
	}
	return text
}

// family is the folder that a test and its child share:
//
//	source/item, source/sub/item                            the items of the batch
//	source/other, source/sub/other                          other files
//	source/far -> ../outside/secret, source/near -> other   planted links
//	dest/a, dest/b                                          folders
//	outside/secret                                          a file that the child must not reach
type family struct{ folder string }

func (f family) path(name string) string { return filepath.Join(f.folder, name) }

func newFamily(t *testing.T, owner int) family {
	t.Helper()
	folder, err := os.MkdirTemp("", "confine") // t.TempDir is in a folder that only root may enter
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	f := family{folder}
	for _, name := range []string{"source/sub", "dest/a", "dest/b", "outside"} {
		must(t, os.MkdirAll(f.path(name), 0o755))
	}
	for _, name := range []string{
		"source/item", "source/other", "source/sub/item", "source/sub/other", "dest/a/old", "outside/secret",
	} {
		must(t, os.WriteFile(f.path(name), []byte(name), 0o600))
	}
	must(t, os.Symlink("../outside/secret", f.path("source/far")))
	must(t, os.Symlink("other", f.path("source/near")))
	must(t, filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		return errors.Join(err, os.Lchown(path, owner, -1))
	}))
	return f
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// access returns the access of a child that copies source/item and source/sub/item. Its other
// names are no regular files below the source: a folder, links, a missing file, and a way out.
func (f family) access() (confine.Access, error) {
	names := []string{"item", "sub/item", "sub", "far", "near", "gone", "../outside/secret"}
	source, err := os.OpenRoot(f.path("source"))
	dest, destErr := os.OpenRoot(f.path("dest"))
	return confine.Access{
		Read:  []confine.Files{{Root: source, Names: names}},
		Write: []*os.Root{dest},
		Keep:  confine.ToCopy,
	}, errors.Join(err, destErr)
}

// confine confines a child to its access. The file "mode" of the family, if it exists, has the mode.
func (f family) confine(change func(*confine.Access)) error {
	mode, _ := os.ReadFile(f.path("mode"))
	a, err := f.access()
	if err != nil {
		return err
	}
	if change != nil {
		change(&a)
	}
	return confine.To(a, confine.Mode(mode))
}

// child runs a child and returns its output. uid 0 means the user of the test.
func (f family) child(t *testing.T, name string, uid int, wrapper ...string) string {
	t.Helper()
	args := append(wrapper, "/proc/self/exe", "child", name, f.folder)
	if len(wrapper) > 0 { // /proc/self/exe would be the wrapper
		self, err := os.Executable()
		must(t, err)
		args[len(wrapper)] = self
	}
	cmd := command(uid, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("child %s: %v, output %q", name, err, out)
	}
	return string(out)
}

// command returns a command that runs as the user uid. 0 means the user of the test.
func command(uid int, args ...string) *exec.Cmd {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = "/"
	if uid != 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(uid)}}
	}
	return cmd
}

func (f family) setMode(t *testing.T, mode confine.Mode) {
	t.Helper()
	must(t, os.WriteFile(f.path("mode"), []byte(mode), 0o644))
}

func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
}

// needVersion skips the test if the kernel's Landlock is older.
func needVersion(t *testing.T, want int) {
	t.Helper()
	if v, err := ll.LandlockGetABIVersion(); err != nil || v < want {
		t.Skipf("needs kernel: Landlock version %d, has %d (%v)", want, v, err)
	}
}

// field returns the value of a line of /proc/PID/status.
func field(status []byte, name string) string {
	_, rest, _ := strings.Cut(string(status), "\n"+name+":\t")
	value, _, _ := strings.Cut(rest, "\n")
	return value
}
