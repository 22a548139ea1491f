//go:build unix

package lesson

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"brood/internal/event"
	"brood/internal/process"
)

func killedDaemon(w *process.Work) error {
	fmt.Println(tr("守护进程开始工作，编号："), os.Getpid())
	fmt.Fprintln(w.Events, os.Getpid())
	for {
		fmt.Println(tr("工作中。。。。"))
		time.Sleep(time.Second / 5)
	}
}

func killedParent(w *process.Work) error {
	daemon := process.New(process.Config{Target: "killed-daemon", Daemon: new(true), Events: true})
	if err := daemon.Start(); err != nil {
		return err
	}
	_, err := io.Copy(w.Events, daemon.Events()) // hands on the daemon's PID
	return err
}

func killed(*process.Work) error {
	if _, _, ok := kernelSays(os.Getpid()); !ok {
		return errNoProc
	}
	parent := process.New(process.Config{Target: "killed-parent", Events: true})
	if err := parent.Start(); err != nil {
		return err
	}
	daemon, err := killAfterFirstPID(parent)
	if err != nil {
		return err
	}
	if !untilEnded(daemon) {
		fmt.Println(tr("守护进程还活着"))
		return nil
	}
	fmt.Println(tr("守护进程也结束了"))
	return nil
}

// killedPython kills the Python parent of a daemon, and prints what /proc shows of the daemon.
func killedPython(*process.Work) error {
	if _, _, ok := kernelSays(os.Getpid()); !ok {
		return errNoProc
	}
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer r.Close()
	parent := process.New(process.Config{Target: "killed-python-parent", Name: "Python", Stdout: w})
	err = parent.Start()
	w.Close()
	if err != nil {
		return err
	}
	lines := bufio.NewReader(r)
	daemon, err := firstPID(lines)
	if err != nil {
		if err != io.EOF {
			_ = parent.Kill()
		}
		_ = parent.Join()
		code, _ := parent.ExitCode()
		fmt.Println(tr("这里跳过：没有能运行的 python3，退出码："), code)
		return nil
	}
	pid, _ := parent.PID()
	noteEvent(event.Event{Kind: event.Started, Name: "Process-1", PID: daemon, PPID: pid})
	copied := make(chan struct{})
	go func() {
		defer close(copied)
		_, _ = io.Copy(os.Stdout, lines) // until the daemon has ended
	}()
	err = errors.Join(parent.Kill(), parent.Join())
	code, _ := parent.ExitCode()
	fmt.Println(tr("父进程被杀死，退出码："), code)
	printAdopter(daemon, pid)
	sleep(0.5)
	err = errors.Join(err, killStranger(daemon))
	<-copied
	return err
}

// firstPID prints the first line, and returns the number at its end.
func firstPID(lines *bufio.Reader) (int, error) {
	line, err := lines.ReadString('\n')
	fmt.Print(line)
	pid, notNumber := strconv.Atoi(line[strings.LastIndex(line, " ")+1 : max(0, len(line)-1)])
	return pid, cmp.Or(err, notNumber)
}

// printAdopter prints whether the daemon lives on after its parent's end, and its new parent.
func printAdopter(daemon, parent int) {
	state, ppid, ok := kernelSays(daemon)
	if !ok || state == "Z" || ppid == parent {
		fmt.Println(tr("守护进程也结束了"))
		return
	}
	noteEvent(event.Event{Kind: event.Adopted, PID: daemon, PPID: ppid})
	fmt.Println(tr("守护进程还活着，现在的父进程："), ppid)
}

// killStranger kills a process that is no child of this process. It cannot wait for it, so it looks into /proc.
func killStranger(pid int) error {
	noteEvent(event.Event{Kind: event.Signalled, PID: pid, Sender: os.Getpid(), Signal: "SIGKILL"})
	err := syscall.Kill(pid, syscall.SIGKILL)
	if untilEnded(pid) {
		fmt.Println(tr("主进程杀死了守护进程"))
	}
	return err
}

// killedPythonParent becomes Python, which runs the functions of the lesson's program. The daemon prints to
// a pipe that the main process reads. If the main process is gone, SIGPIPE ends the daemon.
func killedPythonParent(*process.Work) error {
	source, _, _ := strings.Cut(PythonSource(killedLesson, os.Getenv(langVariable)), "if __name__ ==")
	source += `
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
multiprocessing.set_start_method("fork")
ends = multiprocessing.Pipe()
parent(ends[1])
`
	return becomePython(source)
}

// becomePython replaces this process by Python, which runs the program.
func becomePython(source string) error {
	argv := []string{"env", "python3", "-I", "-X", "utf8", "-c", source}
	err := syscall.Exec("/usr/bin/env", argv, os.Environ())
	return fmt.Errorf("run python3: %w", err)
}
