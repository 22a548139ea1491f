package confine

import (
	"fmt"
	"os"
	"strings"

	ll "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"
)

// The rights that a rule gives below a folder. No rule gives the right to execute, or to
// give commands to device drivers.
const (
	list  = ll.AccessFSReadDir
	read  = list | ll.AccessFSReadFile
	write = read | ll.AccessFSWriteFile | ll.AccessFSTruncate | ll.AccessFSRemoveDir | ll.AccessFSRemoveFile |
		ll.AccessFSMakeDir | ll.AccessFSMakeReg | ll.AccessFSMakeSym | ll.AccessFSMakeFifo | ll.AccessFSMakeSock
	devices = ll.AccessFSMakeChar | ll.AccessFSMakeBlock
)

func available() error {
	if _, err := version(); err != nil {
		return err
	}
	return reachThreads()
}

// version returns the version of the kernel's Landlock. The error is ENOSYS if the kernel was
// built without it, and EOPNOTSUPP if it is disabled at boot. The filter of a container may
// return another error.
func version() (int, error) {
	v, err := ll.LandlockGetABIVersion()
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return v, nil
}

// restrict confines all threads to a with Landlock. It uses the library's system calls, not
// its rules: those need paths. They also set no_new_privs on all threads even if it is set
// already, which takes a child more time than everything else here.
func restrict(a Access) error {
	v, err := version()
	if err != nil {
		return err
	}
	if a.Link && v < 2 {
		return fmt.Errorf("%w that allows links from folder to folder: want Linux 5.19", ErrUnavailable)
	}
	if err := reachThreads(); err != nil {
		return err
	}
	forbidden := restrictable(v)
	fd, err := ll.LandlockCreateRuleset(&forbidden, 0)
	if err != nil {
		return os.NewSyscallError("landlock_create_ruleset", err)
	}
	defer unix.Close(fd)
	rules := ruleset{fd, forbidden.HandledAccessFS, a.Opened}
	if err := rules.add(a); err != nil {
		return err
	}
	done, err := rules.addThreads()
	if err != nil {
		return err
	}
	defer done()
	return os.NewSyscallError("landlock_restrict_self", ll.AllThreadsLandlockRestrictSelf(fd, 0))
}

// restrictable returns the kinds of access that this version of Landlock can forbid.
func restrictable(version int) ll.RulesetAttr {
	bits := func(n int) uint64 { return 1<<n - 1 }
	all := ll.RulesetAttr{HandledAccessFS: bits(13)}
	for _, since := range []struct {
		version         int
		files, net, ipc int // numbers of kinds of access
	}{{2, 14, 0, 0}, {3, 15, 0, 0}, {4, 15, 2, 0}, {5, 16, 2, 0}, {6, 16, 2, 2}, {9, 17, 2, 2}, {10, 17, 4, 2}} {
		if version >= since.version {
			all = ll.RulesetAttr{
				HandledAccessFS:  bits(since.files),
				HandledAccessNet: bits(since.net),
				Scoped:           bits(since.ipc),
			}
		}
	}
	// A kernel without this erratum's fix forbids signals between threads of one process. Go needs them.
	const signalsWithin = 1 << 1
	if errata, err := ll.LandlockGetErrata(); err != nil || errata&signalsWithin == 0 {
		all.Scoped &^= ll.ScopeSignal
	}
	return all
}

// ruleset is a Landlock ruleset in the kernel.
type ruleset struct {
	fd     int
	known  uint64                // kinds of access to files that the kernel knows
	opened map[*os.Root]*os.File // Access.Opened
}

func (r ruleset) add(a Access) error {
	writable := uint64(write)
	if a.Link {
		writable |= ll.AccessFSRefer
	}
	if a.Keep&mknod != 0 {
		writable |= devices
	}
	for _, root := range a.Write {
		if err := r.folder(root, writable, nil); err != nil {
			return err
		}
	}
	for _, files := range a.Read {
		access, names := uint64(list), files.Names
		if files.All {
			access, names = read, nil
		}
		if err := r.folder(files.Root, access, names); err != nil {
			return err
		}
	}
	return nil
}

// folder allows this access below root, and reading the named files.
func (r ruleset) folder(root *os.Root, access uint64, names []string) error {
	f := r.opened[root]
	if f == nil {
		var err error
		if f, err = root.OpenFile(".", unix.O_PATH|unix.O_DIRECTORY, 0); err != nil {
			return err
		}
		defer f.Close()
	}
	if err := r.allow(int(f.Fd()), access); err != nil {
		return err
	}
	for _, name := range names {
		if err := r.file(int(f.Fd()), name); err != nil {
			return err
		}
	}
	return nil
}

// file allows reading a regular file.
func (r ruleset) file(folder int, name string) error {
	fd, err := beneath(folder, name)
	switch err {
	case nil:
	case unix.EMFILE, unix.ENFILE, unix.ENOMEM, unix.ENOSYS, unix.EPERM:
		return os.NewSyscallError("openat2", err)
	default: // missing, or out of reach
		return nil
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	err = unix.Fstat(fd, &st)
	for err == unix.EINTR { // possible if a process serves the file system
		err = unix.Fstat(fd, &st)
	}
	if err != nil || st.Mode&unix.S_IFMT != unix.S_IFREG {
		return os.NewSyscallError("fstat", err)
	}
	return r.allow(fd, ll.AccessFSReadFile)
}

// beneath opens a name below a folder like os.Root, but never follows a link at its end: an
// attacker could plant one to make its target readable. If the name is longer than a path may
// be, beneath opens it piece by piece, and follows no link that leads out of a piece.
func beneath(folder int, name string) (int, error) {
	const longest = unix.PathMax - 1 // bytes; the last one is a zero
	if len(name) <= longest {
		return openBeneath(folder, name, 0)
	}
	cut := strings.LastIndexByte(name[:longest+1], '/')
	if cut <= 0 {
		return 0, unix.ENAMETOOLONG
	}
	piece, err := openBeneath(folder, name[:cut], unix.O_DIRECTORY)
	if err != nil {
		return 0, err
	}
	defer unix.Close(piece)
	return beneath(piece, name[cut+1:])
}

func openBeneath(folder int, name string, flags uint64) (int, error) {
	how := unix.OpenHow{
		Flags:   flags | unix.O_PATH | unix.O_NOFOLLOW | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_MAGICLINKS,
	}
	fd, err := unix.Openat2(folder, name, &how)
	for err == unix.EINTR || err == unix.EAGAIN { // both mean: call again (openat2(2))
		fd, err = unix.Openat2(folder, name, &how)
	}
	return fd, err
}

func (r ruleset) allow(fd int, access uint64) error {
	rule := ll.PathBeneathAttr{AllowedAccess: access & r.known, ParentFd: fd}
	return os.NewSyscallError("landlock_add_rule", ll.LandlockAddPathBeneathRule(r.fd, &rule, 0))
}
