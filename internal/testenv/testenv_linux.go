package testenv

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

const (
	markName    = "BROOD_TESTS"
	sweeperName = "testenv-sweeper" // argv[0]
)

// prepare runs this binary once more with default signal handling. Otherwise Go keeps an ignored SIGHUP or SIGINT
// ignored, and a blocked signal blocked, in this process and in each process that a test starts.
func prepare() {
	if os.Args[0] == sweeperName {
		sweep(os.Getenv(markName))
		os.Exit(0)
	}
	if os.Getenv(markName) != "" {
		return // this process, or the test that started it, has prepared
	}
	setVariables()
	os.Setenv(markName, ownMark())
	syscall.Umask(0o022)
	runtime.LockOSThread() // the thread that execs passes on its signal mask
	if err := defaultSignals(); err != nil {
		panic(err)
	}
	panic(syscall.Exec("/proc/self/exe", os.Args, os.Environ()))
}

// ownMark names this process by its PID, which exec keeps, and its start time.
func ownMark() string {
	stat, _ := os.ReadFile("/proc/self/stat")
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	return fmt.Sprintf("%d-%s", os.Getpid(), fields[19]) // proc_pid_stat(5): starttime
}

// defaultSignals resets each signal to its default action and unblocks it. Call it before an exec.
func defaultSignals() error {
	var action [32]byte // struct kernel_sigaction with SIG_DFL, no flags and an empty mask
	for sig := syscall.Signal(1); sig < 65; sig++ {
		_, _, errno := syscall.RawSyscall6(syscall.SYS_RT_SIGACTION,
			uintptr(sig), uintptr(unsafe.Pointer(&action)), 0, 8, 0, 0)
		if errno != 0 && errno != syscall.EINVAL { // EINVAL: SIGKILL and SIGSTOP
			return os.NewSyscallError("rt_sigaction", errno)
		}
	}
	const setMask = 2 // SIG_SETMASK
	var none uint64
	_, _, errno := syscall.RawSyscall6(syscall.SYS_RT_SIGPROCMASK, setMask, uintptr(unsafe.Pointer(&none)), 0, 8, 0, 0)
	if errno != 0 {
		return os.NewSyscallError("rt_sigprocmask", errno)
	}
	return nil
}

// sweepAfter starts the sweeper, which does nothing if done is called. A test binary that another one has started is
// left to the sweeper of that one.
func sweepAfter() (done func()) {
	if os.Getenv(markName) != ownMark() {
		return func() {}
	}
	r, w, err := os.Pipe()
	if err != nil {
		panic(err)
	}
	defer r.Close()
	sweeper := exec.Cmd{
		Path: "/proc/self/exe", Args: []string{sweeperName}, Dir: "/", Stdin: r,
		SysProcAttr: &syscall.SysProcAttr{Setsid: true}, // no Ctrl-C reaches it
	}
	if err := sweeper.Start(); err != nil {
		panic(err)
	}
	return func() {
		_, _ = io.WriteString(w, "done")
		w.Close()
		_ = sweeper.Wait()
	}
}

// grace is the time between SIGTERM and SIGKILL to the processes of a killed test.
const grace = 10 * time.Second

// sweep waits for the end of the test binary. If it was killed, sweep ends its processes and unmounts its file
// systems.
func sweep(mark string) {
	if said, _ := io.ReadAll(os.Stdin); len(said) > 0 {
		return
	}
	entry := []byte(markName + "=" + mark + "\x00")
	began := time.Now()
	for asked := map[int]bool{}; time.Since(began) < time.Minute; time.Sleep(10 * time.Millisecond) {
		left := withEntry(entry)
		for _, pid := range left {
			if time.Since(began) > grace {
				_ = syscall.Kill(pid, syscall.SIGKILL)
			} else if !asked[pid] {
				_ = syscall.Kill(pid, syscall.SIGTERM)
				asked[pid] = true
			}
		}
		if len(left) == 0 {
			break
		}
	}
	unmount(mark)
}

// unmount unmounts the file systems of a killed test. Each is a faultfs, whose source ends with the mark.
func unmount(mark string) {
	mounts, _ := os.ReadFile("/proc/self/mountinfo") // proc_pid_mountinfo(5)
	for line := range strings.Lines(string(mounts)) {
		where, what, _ := strings.Cut(line, " - ")
		if fields := strings.Fields(where); strings.Contains(what, " faultfs:"+mark+" ") {
			dir, _ := strconv.Unquote(`"` + fields[4] + `"`) // a space is \040 there
			if os.Geteuid() == 0 {
				_ = syscall.Unmount(dir, syscall.MNT_FORCE|syscall.MNT_DETACH)
			} else {
				_ = exec.Command("fusermount3", "-u", "-z", dir).Run()
			}
		}
	}
}

// withEntry returns the PIDs of other processes with that entry in their environment.
func withEntry(entry []byte) (pids []int) {
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, file := range files {
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if environ, _ := os.ReadFile(file); pid != os.Getpid() && bytes.Contains(environ, entry) {
			pids = append(pids, pid)
		}
	}
	return pids
}
