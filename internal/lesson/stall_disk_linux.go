package lesson

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"brood/internal/process"
)

var diskTargets = map[string]process.Target{"stall-disk": stallDisk}

// startDisk starts the server of a folder of five files on a disk that does not answer
// the read of the third, and returns what the program of a scene is to know of it. It
// is an error where no such disk can be made: that takes root, and a kernel with FUSE.
//
//	lesson ── starts, a daemon ──▶ stall-disk ── holds ──▶ /dev/fuse, and the mount
//	  ▲                             │    ▲
//	  ├── "/proc/PID/fd/N\n", or ───┤    └── read through that name ── children of the scene
//	  │   why there is no disk      │
//	  └── "3.mov\n": it holds who ──┘        which the scene reads itself, by the name
//	      reads that file                    of this end of the pipe
//
// The mount is nowhere in the tree of files: it has no name but that of the
// descriptor. However the stall-disk ends, and it ends with the lesson, SIGKILL
// included, the kernel takes both descriptors away: the mount is gone, and whoever
// waits for an answer gets an error. The stall-disk itself never touches the mount, or
// it could wait for itself; and it starts no process that would inherit a descriptor.
func startDisk() (kwargs map[string]string, end func(), err error) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return nil, nil, err
	}
	defer null.Close()
	server := process.New(process.Config{
		Target: "stall-disk", Name: "disk", Daemon: new(true), Events: true, Stdout: null, Stderr: null,
	})
	if err := server.Start(); err != nil {
		return nil, nil, err
	}
	end = func() {
		_ = errors.Join(server.Kill(), server.Join(), server.Close())
		process.Finish(0) // there is a guardian, too
	}
	folder, err := whereDisk(server.Events())
	if err != nil {
		end()
		return nil, nil, err
	}
	holds := fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), server.Events().Fd())
	return map[string]string{"folder": folder, "holds": holds}, end, nil
}

// whereDisk reads where the disk is, or why there is none. No more is in the pipe
// before somebody knows that.
func whereDisk(events *os.File) (folder string, err error) {
	if err := events.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return "", err
	}
	line, err := bufio.NewReader(events).ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("stall-disk: %w", err)
	}
	folder = strings.TrimSuffix(line, "\n")
	if !strings.HasPrefix(folder, "/") {
		return "", errors.New(folder)
	}
	return folder, nil
}

// stallDisk serves until it is killed.
func stallDisk(w *process.Work) error {
	device, mount, err := mountNowhere()
	if err != nil {
		fmt.Fprintln(w.Events, err)
		return err
	}
	fmt.Fprintf(w.Events, "/proc/%d/fd/%d\n", os.Getpid(), mount)
	folder := &hangingFolder{device: device, held: func(name string) { fmt.Fprintln(w.Events, name) }}
	return folder.serve()
}

// mountNowhere makes a FUSE file system (fuse(4)) and a mount of it that has no place
// in the tree of files (fsmount(2), Linux 5.2).
func mountNowhere() (device, mount int, err error) {
	device, err = unix.Open("/dev/fuse", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return 0, 0, fmt.Errorf("open %q: %w", "/dev/fuse", err)
	}
	made, err := unix.Fsopen("fuse", unix.FSOPEN_CLOEXEC)
	if err != nil {
		return 0, 0, fmt.Errorf("make a FUSE file system: %w", err)
	}
	defer unix.Close(made)
	for _, option := range [][2]string{
		{"source", "brood-lesson"}, {"fd", fmt.Sprint(device)}, {"rootmode", "40000"},
		{"user_id", fmt.Sprint(os.Getuid())}, {"group_id", fmt.Sprint(os.Getgid())},
	} {
		if err := unix.FsconfigSetString(made, option[0], option[1]); err != nil {
			return 0, 0, fmt.Errorf("make a FUSE file system: %s: %w", option[0], err)
		}
	}
	if err := unix.FsconfigCreate(made); err != nil {
		return 0, 0, fmt.Errorf("make a FUSE file system: %w", err)
	}
	mount, err = unix.Fsmount(made, unix.FSMOUNT_CLOEXEC, unix.MOUNT_ATTR_RDONLY|unix.MOUNT_ATTR_NOSUID|unix.MOUNT_ATTR_NODEV)
	if err != nil {
		return 0, 0, fmt.Errorf("mount a FUSE file system: %w", err)
	}
	return device, mount, nil
}
