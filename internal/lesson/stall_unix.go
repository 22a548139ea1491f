//go:build unix

package lesson

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"brood/internal/machine"
	"brood/internal/process"
)

func stallCopy(w *process.Work) error {
	fmt.Fprintln(w.Events, os.Getpid()) // now it opens its file
	return copyFile(w)
}

func stallAsleep(w *process.Work) error {
	copies, dest, err := copyWithPipe(w.Kwargs["room"])
	return errors.Join(err, giveUpLast(copies, dest), printArrived(copies))
}

func stallStopped(w *process.Work) error {
	copies, dest, err := copyWithPipe(w.Kwargs["room"])
	if len(copies) > 2 {
		err = errors.Join(err, copies[2].Signal(syscall.SIGSTOP))
		waitForStop(copies[2])
	}
	return errors.Join(err, giveUpLast(copies, dest), printArrived(copies))
}

func stallVfork(w *process.Work) error {
	source, dest, err := newFolders(w.Kwargs["room"])
	if err != nil {
		return err
	}
	if err := writeFiles(source, stallNames); err != nil {
		return err
	}
	targets := map[string]string{stalledName: "stall-in-vfork"}
	copies, err := startCopies(stallNames, source, dest, targets)
	if len(copies) > 2 {
		waitInKernel(copies[2])
	}
	return errors.Join(err, giveUpLast(copies, dest), printArrived(copies))
}

// waitInKernel waits until the child is in state D. It gives up at the child's end, or after a while.
func waitInKernel(child *process.Process) {
	waits := func() bool { return process.Inspect(child, machine.SleepOf).State == "D" }
	for deadline := time.Now().Add(patience); !waits() && time.Now().Before(deadline); {
		if ended, _ := child.JoinTimeout(time.Millisecond); ended {
			return
		}
	}
}

// copyWithPipe copies five files. The third is a pipe, and nobody writes to it.
func copyWithPipe(room string) (copies []*process.Process, dest string, err error) {
	source, dest, err := newFolders(room)
	if err != nil {
		return nil, "", err
	}
	regular := slices.DeleteFunc(slices.Clone(stallNames), func(name string) bool { return name == stalledName })
	if err := writeFiles(source, regular); err != nil {
		return nil, "", err
	}
	if err := syscall.Mkfifo(filepath.Join(source, stalledName), 0o600); err != nil {
		return nil, "", err
	}
	copies, err = startCopies(stallNames, source, dest, nil)
	return copies, dest, err
}

func writeFiles(folder string, names []string) (err error) {
	for _, name := range names {
		err = errors.Join(err, os.WriteFile(filepath.Join(folder, name), []byte(name), 0o600))
	}
	return err
}

func newFolders(room string) (source, dest string, err error) {
	source, err = os.MkdirTemp(room, "source-")
	if err != nil {
		return "", "", err
	}
	dest, err = os.MkdirTemp(room, "dest-")
	return source, dest, err
}

// startCopies starts a child for each name. The targets are for names that stall-copy does not copy.
func startCopies(names []string, source, dest string, targets map[string]string) ([]*process.Process, error) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	fmt.Println(tr("要拷贝的文件数："), len(names))
	var copies []*process.Process
	for _, name := range names {
		p := process.New(process.Config{
			Target: cmp.Or(targets[name], "stall-copy"), Name: name, Args: []string{name, source, dest}, Events: true,
			Stdout: null, Stderr: null, // an abandoned child must not keep our output open
		})
		if _, err := startAndHear(p); err != nil {
			return copies, err
		}
		copies = append(copies, p)
	}
	return copies, nil
}

// giveUpLast gives up the last copy, if it does not grow any more.
func giveUpLast(copies []*process.Process, dest string) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for len(copies) > 1 && ctx.Err() == nil {
		_, _ = process.WaitAny(ctx, copies...) // no child is abandoned yet
		copies = running(copies)
	}
	for _, p := range copies {
		if stalls(p, filepath.Join(dest, p.Name())) {
			err = errors.Join(err, giveUp(p))
		}
	}
	return err
}

// stalls waits for the end of a copy. It returns true if the copy has stopped growing before its end, and its child
// does not run either. A child in state R may only lack a CPU.
func stalls(p *process.Process, dest string) bool {
	size, before, state := sizeOf(dest), int64(-2), ""
	for deadline := time.Now().Add(patience); size != before || state == "R" && time.Now().Before(deadline); {
		if ended, _ := p.JoinTimeout(moment()); ended {
			return false
		}
		size, before, state = sizeOf(dest), size, process.Inspect(p, machine.SleepOf).State
	}
	return true
}

func sizeOf(name string) int64 {
	info, err := os.Stat(name)
	if err != nil {
		return -1
	}
	return info.Size()
}

// moment is the parent's wait between two steps.
func moment() time.Duration { return max(seconds(1), time.Second/10) }

func running(all []*process.Process) (left []*process.Process) {
	for _, p := range all {
		if alive, _ := p.IsAlive(); alive {
			left = append(left, p)
		}
	}
	return left
}

func giveUp(p *process.Process) error {
	fmt.Println(tr("放弃："), p.Name())
	fmt.Println(tr("它的状态："), process.Inspect(p, machine.SleepOf).State)
	err := p.Terminate()
	if ends(p, "TD") {
		return errors.Join(err, printCode("SIGTERM:", p))
	}
	fmt.Println(tr("收到 SIGTERM 后的状态："), process.Inspect(p, machine.SleepOf).State)
	err = errors.Join(err, p.Kill())
	if ends(p, "D") {
		return errors.Join(err, printCode("SIGKILL:", p))
	}
	fmt.Println(tr("SIGKILL 之后的状态："), process.Inspect(p, machine.SleepOf).State)
	fmt.Println(tr("主进程不再等它"))
	return errors.Join(err, p.Abandon())
}

// ends waits for the end of a process after a signal. It is false once the process is in one of the deaf states.
func ends(p *process.Process, deaf string) bool {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		if ended, _ := p.JoinTimeout(moment()); ended {
			return true
		}
		if state := process.Inspect(p, machine.SleepOf).State; state != "" && strings.Contains(deaf, state) {
			return false
		}
	}
	return false
}

// printArrived prints the number of complete copies.
func printArrived(copies []*process.Process) error {
	arrived := 0
	for _, p := range copies {
		if code, err := p.ExitCode(); err == nil && code == 0 {
			arrived++
		}
	}
	_, err := fmt.Println(tr("拷贝好的文件数："), arrived)
	return err
}
