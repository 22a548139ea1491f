package census

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// noticeName is the name of a notice in /proc/PID/fd.
const noticeName = "brood-notice"

// Board holds the latest Notice of this process. The zero value is a board without one.
type Board struct{ file *os.File }

// Post replaces the notice. After an error the census shows no tasks, or older ones.
func (b *Board) Post(n Notice) error {
	text, err := n.text()
	if err != nil {
		return err
	}
	file, err := newMemory(text)
	if err != nil {
		return err
	}
	if b.file == nil {
		b.file = file
		return nil
	}
	defer file.Close()
	return os.NewSyscallError("dup3", unix.Dup3(int(file.Fd()), int(b.file.Fd()), unix.O_CLOEXEC))
}

// Close removes the notice.
func (b *Board) Close() error {
	if b.file == nil {
		return nil
	}
	return b.file.Close()
}

// final are the seals of memory that never changes again.
const final = unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_WRITE

func newMemory(text []byte) (*os.File, error) {
	const flags = unix.MFD_CLOEXEC | unix.MFD_ALLOW_SEALING
	fd, err := unix.MemfdCreate(noticeName, flags|unix.MFD_NOEXEC_SEAL)
	if err == unix.EINVAL { // before Linux 6.3
		fd, err = unix.MemfdCreate(noticeName, flags)
	}
	if err != nil {
		return nil, os.NewSyscallError("memfd_create", err)
	}
	file := os.NewFile(uintptr(fd), noticeName)
	if _, err = file.Write(text); err == nil {
		_, err = unix.FcntlInt(file.Fd(), unix.F_ADD_SEALS, final|unix.F_SEAL_SEAL)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// addRemote adds the processes of a parent's notice. The caller cannot read the notices of other users, and a file
// of that name may be no notice.
func (s *survey) addRemote(p *Process) {
	if p.Role != Parent || !follows(p.Command) {
		return
	}
	dir := s.file(p.PID, "fd")
	descriptors, _ := os.ReadDir(dir)
	for _, d := range descriptors {
		name := filepath.Join(dir, d.Name())
		if target, _ := os.Readlink(name); !strings.HasPrefix(target, "/memfd:"+noticeName+" ") {
			continue
		}
		if n, ok := openNotice(name); ok {
			n.addTo(p, time.Now())
			return
		}
	}
}

// openNotice reads a file if it is a notice. By now the descriptor may belong to any other file.
func openNotice(name string) (n Notice, ok bool) {
	file, err := os.OpenFile(name, os.O_RDONLY|unix.O_NONBLOCK|unix.O_NOCTTY, 0)
	if err != nil {
		return n, false
	}
	defer file.Close()
	seals, err := unix.FcntlInt(file.Fd(), unix.F_GET_SEALS, 0) // fails for any file but memory
	if err != nil || seals&final != final {
		return n, false
	}
	// The offset of the descriptor is that of the writer.
	text, err := io.ReadAll(io.NewSectionReader(file, 0, noticeMost))
	if err != nil {
		return n, false
	}
	return readNotice(text)
}
