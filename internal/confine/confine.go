// Package confine permanently restricts the calling process to what its batch needs. A
// later bug, or an attack by the files that the process reads, can reach nothing else.
//
//	err := confine.To(confine.Access{
//		Read:  []confine.Files{{Root: source, Names: []string{"a.mov"}}},
//		Write: []*os.Root{dest},
//		Keep:  confine.ToCopy,
//	}, confine.Auto)
//
// On Linux, To uses the kernel's Landlock (landlock(7)), no_new_privs, and a smaller set of
// capabilities. They bind all present and future threads, and child processes. After To,
// the process can no longer do the following, if the kernel's version of Landlock is new
// enough:
//
//   - open, make, rename, link or remove a file, or list a folder, outside of Access
//     (Linux 5.13), or truncate one by its path (6.2);
//   - execute a file or mount, even inside of Access, or trace a process outside (5.13);
//   - connect to a TCP port or listen at one (6.7);
//   - give commands to a device driver (6.10);
//   - signal a process outside, or connect to an abstract unix socket outside (6.12);
//   - use sockets that have a path (Landlock's version 9) or UDP (version 10);
//   - gain a privilege again, except in a user namespace of its own.
//
// Open descriptors keep working as before: events, lifelines, an [os.Root]. But names below
// an os.Root need a rule.
//
// The confinement has limits:
//
//   - Landlock allows stat, access, readlink and chdir of any path. So the process can
//     find out whether a file exists, and its size.
//   - Landlock allows chmod, chown, utimes and extended attributes of any path. Only the
//     user's rights and the kept capabilities restrict those.
//   - Landlock does not restrict UDP before version 10, multipath TCP, CPU and memory.
//   - The confinement protects others from this process, not this process from others.
//     A process that may trace it, such as one of the same user, still can.
//   - A process of root that keeps CAP_MKNOD or CAP_SYS_ADMIN keeps a way out. It is one for
//     an attacker, not for an accident: a device node made below Write is the device.
//
// Other systems have no such confinement: there To does nothing under Auto, and returns an
// error under Always.
package confine

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// Mode chooses whether To confines the process. The zero value means Auto.
type Mode string

const (
	Auto   Mode = "auto"   // confine as far as the kernel can
	Always Mode = "always" // confine, or return an error
	Never  Mode = "never"  // do nothing, and keep all capabilities
)

// ParseMode returns the Mode with the name s.
func ParseMode(s string) (Mode, error) {
	switch m := Mode(s); m {
	case Auto, Always, Never:
		return m, nil
	}
	return "", fmt.Errorf("confine %q: want auto, always or never", s)
}

// ErrUnavailable is the error of a kernel that cannot confine.
var ErrUnavailable = errors.New("no Landlock here")

// ErrThreads is also an ErrUnavailable. The kernel could confine, but this process cannot
// reach all of its threads, because of the limit of pending signals (RLIMIT_SIGPENDING).
var ErrThreads error = unreachable{}

type unreachable struct{}

func (unreachable) Error() string       { return "not every thread can be signalled" }
func (unreachable) Is(other error) bool { return other == ErrUnavailable }

// Access is the part of the file system that a batch needs. It names open folders, not
// paths: a path that leads elsewhere in the meantime gives no access.
type Access struct {
	Read []Files

	// Write holds existing folders. Below them the process may do everything but execute:
	// read, write, rename and remove files, and make files of all kinds (devices, if Keep
	// has CAP_MKNOD).
	Write []*os.Root

	// Link allows links and moves from one folder to another below Write, if they give no
	// more access to the file. Before Linux 5.19 Landlock cannot allow that, so To does not
	// confine such a process.
	Link bool

	// Opened holds open descriptors for some of the roots above, so that To need not open
	// those again. It may be nil.
	Opened map[*os.Root]*os.File

	// Keep holds the capabilities that the process keeps, if it has them.
	Keep Capabilities
}

// Files are files below a folder that the process may read. The process may also list all
// folders below Root, as os.Root opens each folder on the way to a file.
type Files struct {
	Root *os.Root

	// Names holds names of regular files below Root. The name of a folder, link or other
	// file gives no access. Access is to the file that has the name when To is called.
	// Another file that takes the name later is refused with EACCES.
	Names []string

	All bool // read all files below Root, and ignore Names
}

// Capabilities is a set of Linux capabilities. Bit n is capability number n (capabilities(7)).
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

// The capabilities that root needs for each kind of batch. Beside CAP_DAC_OVERRIDE,
// CAP_DAC_READ_SEARCH would only allow opening files by handles.
const (
	ToRead    = dacReadSearch                                        // files of others
	ToCopy    = dacOverride | fowner                                 // into folders of others
	ToArchive = ToCopy | chown | fsetid | mknod | setfcap | sysAdmin // sysAdmin is for trusted.*
)

// Available returns nil if this process can be confined. Otherwise the error wraps
// ErrUnavailable, and also ErrThreads if the limit of pending signals is the reason.
// Available may raise the soft limit of pending signals, which child processes inherit.
func Available() error { return available() }

// To confines this process. It ignores files in Access that are missing or out of reach:
// the batch will find that out. Under Auto, a kernel that cannot confine is no error. To
// then only gives up capabilities, and not even those if the reason is ErrThreads.
func To(a Access, mode Mode) error {
	if mode == Never {
		return nil
	}
	// Go reads the local time zone on first use, and falls back to UTC if it cannot.
	_, _ = time.Now().Zone()
	if err := Privileges(a.Keep, mode); err != nil {
		return err
	}
	if err := restrict(a); err != nil && (mode == Always || !errors.Is(err, ErrUnavailable)) {
		return fmt.Errorf("confine: %w", err)
	}
	return nil
}

// Privileges gives up all capabilities but keep, and all ways to gain new ones. To begins
// with this. A parent that calls Privileges before it starts children spares each child
// the work, which is most of the cost of To.
func Privileges(keep Capabilities, mode Mode) error {
	if mode == Never {
		return nil
	}
	if err := dropPrivileges(keep); err != nil && (mode == Always || !errors.Is(err, ErrUnavailable)) {
		return fmt.Errorf("give up privileges: %w", err)
	}
	return nil
}
