package filecopy_test

import (
	"io/fs"
	"net"
	"os"
	"slices"
	"syscall"
	"testing"

	"brood/internal/filecopy"

	"golang.org/x/sys/unix"
)

func TestNode(t *testing.T) {
	nothing := func(*testing.T, ends) {}
	file := func(t *testing.T, e ends) { write(t, e.dst, "d/n", []byte("file"), 0o600) }
	same := func(t *testing.T, e ends) { fifo(t, e.dstPath+"/d/n") }
	link := func(t *testing.T, e ends) { must(t, e.dst.Symlink("/dev/null", "d/n")) }
	for _, tt := range []struct {
		name      string
		overwrite filecopy.Overwrite
		before    func(*testing.T, ends)
		skipped   bool
	}{
		{"new", filecopy.Changed, nothing, false},
		{"new, never", filecopy.Never, nothing, false},
		{"same", filecopy.Always, same, true},
		{"file", filecopy.Changed, file, false},
		{"file, never", filecopy.Never, file, true},
		{"symlink", filecopy.Changed, link, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newEnds(t)
			must(t, e.src.Mkdir("d", 0o755))
			must(t, e.dst.Mkdir("d", 0o755))
			fifo(t, e.srcPath+"/d/n")
			must(t, e.src.Chmod("d/n", 0o642))
			setLinkTime(t, e.srcPath+"/d/n", longAgo)
			tt.before(t, e)
			res, err := filecopy.Node(e.src, e.dst, "d/n", filecopy.Options{Overwrite: tt.overwrite})
			must(t, err)
			if res.Skipped != tt.skipped {
				t.Errorf("skipped: %v; want %v", res.Skipped, tt.skipped)
			}
			wantOnly(t, e.dst, "d", "n")
			if tt.skipped {
				return
			}
			src, dst := stat(t, e.src, "d/n"), stat(t, e.dst, "d/n")
			if dst.Mode != src.Mode || dst.Mtim != src.Mtim || dst.Atim != src.Atim {
				t.Errorf("mode %o, times %v %v; want %o, %v %v",
					dst.Mode, dst.Mtim, dst.Atim, src.Mode, src.Mtim, src.Atim)
			}
		})
	}
}

func TestNodeErrors(t *testing.T) {
	e := newEnds(t)
	for _, name := range []string{"directory", "folder/n"} {
		must(t, os.MkdirAll(e.srcPath+"/folder", 0o755))
		fifo(t, e.srcPath+"/"+name)
	}
	must(t, e.dst.Mkdir("directory", 0o700))
	must(t, e.dst.WriteFile("folder", nil, 0o600))
	write(t, e.src, "file", nil, 0o600)
	socket, err := net.ListenUnix("unix", &net.UnixAddr{Name: e.srcPath + "/socket"})
	must(t, err)
	defer socket.Close()
	for _, tt := range []struct {
		name string
		is   error
		text string
	}{
		{"directory", syscall.EISDIR, "rename: is a directory"},
		{"folder/n", syscall.ENOTDIR, "open folder: not a directory"},
		{"file", syscall.EINVAL, "make node: invalid argument"},
		{"missing", fs.ErrNotExist, "stat: no such file or directory"},
		{"socket", nil, "a socket cannot be copied"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := filecopy.Node(e.src, e.dst, tt.name, filecopy.Options{Overwrite: filecopy.Always})
			wantError(t, err, tt.is, tt.text)
			wantOnly(t, e.dst, ".", "directory", "folder")
		})
	}
}

// Only root can make a device. For other users it is a loss, and the destination stays empty.
func TestDeviceAsOrdinaryUser(t *testing.T) {
	needsRoot(t)
	e := newEnds(t)
	must(t, os.Chmod(e.dstPath, 0o777))
	must(t, os.Chmod(e.srcPath, 0o755))
	must(t, unix.Mknod(e.srcPath+"/null", unix.S_IFCHR|0o666, int(unix.Mkdev(1, 3))))
	asOrdinaryUser(func() {
		res, err := filecopy.Node(e.src, e.dst, "null", archived)
		if err != nil || !slices.Equal(res.Lost, []string{filecopy.LostDevice}) {
			t.Errorf("%+v, %v", res, err)
		}
		_, err = filecopy.Node(e.src, e.dst, "null", strictly)
		wantError(t, err, filecopy.ErrLost, "keep device: not possible here")
	})
	wantOnly(t, e.dst, ".")
	must(t, os.Chmod(e.dstPath, 0o555))
	asOrdinaryUser(func() {
		_, err := filecopy.Node(e.src, e.dst, "null", archived)
		wantError(t, err, fs.ErrPermission, "make node: permission denied")
	})
}
