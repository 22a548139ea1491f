package census

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// noticeName is what /proc/PID/fd shows of a notice.
const noticeName = "brood-notice"

// Board is where a process posts its latest Notice. The zero value is one without.
type Board struct{ file *os.File }

// Post puts a notice in the place of the one before. Where there can't be one, census does without.
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

// Close takes the notice away.
func (b *Board) Close() error {
	if b.file == nil {
		return nil
	}
	return b.file.Close()
}

// final are the seals of memory that is as it will ever be.
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

// elsewhere adds what a process has to tell of others on other machines. The notice of another user's
// process may not be seen, and anybody's may be none.
func (t *taker) elsewhere(p *Process) {
	if p.Role != Parent || !follows(p.Command) {
		return
	}
	dir := t.file(p.PID, "fd")
	descriptors, _ := os.ReadDir(dir)
	for _, d := range descriptors {
		name := filepath.Join(dir, d.Name())
		if target, _ := os.Readlink(name); !strings.HasPrefix(target, "/memfd:"+noticeName+" ") {
			continue
		}
		if n, ok := openNotice(name); ok {
			n.hang(p, time.Now())
			return
		}
	}
}

// openNotice reads a notice, if that is what the file is. By now its name may be that of anything.
func openNotice(name string) (n Notice, ok bool) {
	file, err := os.OpenFile(name, os.O_RDONLY|unix.O_NONBLOCK|unix.O_NOCTTY, 0)
	if err != nil {
		return n, false
	}
	defer file.Close()
	seals, err := unix.FcntlInt(file.Fd(), unix.F_GET_SEALS, 0) // an error for all but memory
	if err != nil || seals&final != final {
		return n, false
	}
	text, err := io.ReadAll(io.NewSectionReader(file, 0, noticeMost)) // not from where it was written to
	if err != nil {
		return n, false
	}
	return readNotice(text)
}
