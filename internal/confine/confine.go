// Package confine confines the calling process, for good, to what its one job
// needs: whatever goes wrong in it afterwards, a bug or an attack by way of the
// files that it reads, stays within that.
//
// On Linux the kernel's Landlock does it (landlock(7)), together with
// no_new_privs and a smaller set of capabilities, on all threads, those to come
// and child processes included. After To, as far as the kernel's version of
// Landlock goes:
//
//   - No file can be opened, made, renamed, linked or removed outside of what
//     Access names, and no folder can be listed there (Linux 5.13); none can be
//     truncated by its path (6.2).
//   - Nothing can be executed, within it neither, nor mounted, and no process
//     outside can be traced (5.13).
//   - No TCP port can be connected to or listened at (6.7), no device driver be
//     given commands (6.10), no process outside be signalled and no abstract unix
//     socket outside be connected to (6.12).
//   - From Landlock's versions 9 and 10 on, sockets that have a path are out of
//     reach as well, and UDP.
//   - No privilege can be gained again, but in a user namespace of its own.
//
// Descriptors that were opened before go on working, for whatever they were
// opened for: events, lifelines, an [os.Root]. What is below an os.Root needs a
// rule all the same.
//
// Landlock does not restrict what takes no opening: stat, access, readlink and
// chdir of any path, so whether a file exists and how large it is can be found out. Nor chmod, chown, utimes and extended attributes of any path: the
// user's own rights, and the capabilities that are kept, are all that stands
// before those. Nor UDP before version 10, nor multipath TCP, nor the use of CPU
// and memory. And it protects others from this process, not this one from others:
// whoever may trace it, as the same user may, can.
//
// A job as root that keeps CAP_MKNOD or CAP_SYS_ADMIN keeps a way out for an
// attacker, though not for an accident: a device node made in a folder of Write
// is the device.
//
// Elsewhere than on Linux there is nothing of the kind, and Always is an error.
package confine

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// Mode says whether a process is confined. The zero value means Auto.
type Mode string

const (
	Auto   Mode = "auto"   // as far as the kernel can
	Always Mode = "always" // or it is an error
	Never  Mode = "never"  // nothing is given up, capabilities neither
)

// ParseMode is the Mode that s spells.
func ParseMode(s string) (Mode, error) {
	switch m := Mode(s); m {
	case Auto, Always, Never:
		return m, nil
	}
	return "", fmt.Errorf("confine %q: want auto, always or never", s)
}

// ErrUnavailable says that the kernel cannot confine.
var ErrUnavailable = errors.New("no Landlock here")

// ErrThreads is an ErrUnavailable, too: the kernel could confine, but the limit of
// pending signals (RLIMIT_SIGPENDING) lets this process not reach all of its threads.
var ErrThreads error = unreachable{}

type unreachable struct{}

func (unreachable) Error() string       { return "not every thread can be signalled" }
func (unreachable) Is(other error) bool { return other == ErrUnavailable }

// Access is what a job needs of the file system. Folders are named by what the job
// has opened, so that a path that leads elsewhere meanwhile gives access to nothing.
type Access struct {
	Read []Files

	// Write are folders below which all may be done but executing: files be read,
	// written, renamed and removed, and made of all kinds (devices, if Keep has
	// CAP_MKNOD). They exist: make them first.
	Write []*os.Root

	// Link lets files be linked and moved from one folder to another below Write,
	// as long as that gives no more access to them. Before Linux 5.19 Landlock
	// cannot let that, and such a job is not confined.
	Link bool

	// Opened has descriptors of roots above, where there are some: those are not opened for their rules.
	Opened map[*os.Root]*os.File

	// Keep are the capabilities that are kept, of those that the process has.
	Keep Capabilities
}

// Files are files of a folder that may be read. All folders below Root may be
// listed, as os.Root opens each one on the way to a file.
type Files struct {
	Root *os.Root

	// Names of regular files below Root; of folders, links and others of the names
	// nothing can be read. It is the file that is found now that may be read, not
	// one that has taken its name since: with EACCES that is refused.
	Names []string

	All bool // all below Root, rather than Names
}

// Capabilities is a set of Linux capabilities: bit n is the one of number n
// (capabilities(7)).
type Capabilities uint64

const (
	chown         Capabilities = 1 << 0
	dacOverride   Capabilities = 1 << 1
	dacReadSearch Capabilities = 1 << 2
	fowner        Capabilities = 1 << 3
	fsetid        Capabilities = 1 << 4
	sysAdmin      Capabilities = 1 << 21
	mknod         Capabilities = 1 << 27
	setfcap       Capabilities = 1 << 31
)

// What jobs need to do as root does. CAP_DAC_READ_SEARCH adds nothing to
// CAP_DAC_OVERRIDE but the opening of files by handles.
const (
	ToRead    = dacReadSearch                                        // files of others
	ToCopy    = dacOverride | fowner                                 // into folders of others
	ToArchive = ToCopy | chown | fsetid | mknod | setfcap | sysAdmin // trusted.* is CAP_SYS_ADMIN's
)

// Available is nil where this process can be confined, else an error that wraps
// ErrUnavailable, and ErrThreads where it is that, and says why not. It may raise the
// soft limit of pending signals, which child processes inherit.
func Available() error { return available() }

// To confines this process. It passes over files in Access that are missing or
// cannot be reached: the job will find that out. Under Auto a
// kernel that cannot confine is no error, and only capabilities are given up there;
// where it is ErrThreads, not even those.
func To(a Access, mode Mode) error {
	if mode == Never {
		return nil
	}
	// Go reads the local time zone when it is first needed, and takes UTC when it can't.
	_, _ = time.Now().Zone()
	if err := Privileges(a.Keep, mode); err != nil {
		return err
	}
	if err := restrict(a); err != nil && (mode == Always || !errors.Is(err, ErrUnavailable)) {
		return fmt.Errorf("confine: %w", err)
	}
	return nil
}

// Privileges gives up all capabilities but keep, and all ways to gain some: it is
// what To begins with. A parent that calls it before it starts children spares
// each of them the work, which is most of what To costs.
func Privileges(keep Capabilities, mode Mode) error {
	if mode == Never {
		return nil
	}
	if err := dropPrivileges(keep); err != nil && (mode == Always || !errors.Is(err, ErrUnavailable)) {
		return fmt.Errorf("give up privileges: %w", err)
	}
	return nil
}
