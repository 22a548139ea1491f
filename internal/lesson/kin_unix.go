//go:build unix

package lesson

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	"brood/internal/event"
	"brood/internal/process"
)

// kinTargets are the targets of the lessons on orphans, groups, grandchildren and stalls.
var kinTargets = map[string]process.Target{
	"orphan": orphan, "orphan-parent": orphanParent, "orphan-child": orphanChild,
	"killed": killed, "killed-parent": killedParent, "killed-daemon": killedDaemon,
	"killed-python": killedPython, "killed-python-parent": killedPythonParent,
	"pool-python": poolPython, "pool-python-program": poolPythonProgram,
	"group": group, "group-child": groupChild,
	"subreaper":    subreaper,
	"stall-asleep": stallAsleep, "stall-stopped": stallStopped, "stall-vfork": stallVfork, "stall-folder": stallFolder,
	"stall-copy": stallCopy, "stall-list": stallList,
	"tree": tree, "tree-branch": treeBranch, "tree-leaf": treeLeaf,
}

func orphanChild(w *process.Work) error {
	fmt.Println(tr("子进程编号："), os.Getpid())
	fmt.Println(tr("子进程的父进程："), os.Getppid())
	fmt.Fprintln(w.Events, os.Getpid())
	fmt.Println(tr("子进程现在的父进程："), adopter())
	return nil
}

func orphanParent(w *process.Work) error {
	child := process.New(process.Config{Target: "orphan-child", Events: true})
	if err := child.Start(); err != nil {
		return err
	}
	_, err := io.Copy(w.Events, child.Events()) // hands on the child's PID
	return err
}

func orphan(*process.Work) error {
	fmt.Println(tr("主进程编号："), os.Getpid())
	child, err := makeOrphan()
	if err != nil {
		return err
	}
	untilEnded(child)
	fmt.Println(tr("主进程结束"))
	return nil
}

// makeOrphan starts a parent, which starts a child, and kills the parent. It returns the child's PID.
func makeOrphan() (child int, err error) {
	parent := process.New(process.Config{Target: "orphan-parent", Events: true})
	if err := parent.Start(); err != nil {
		return 0, err
	}
	return killAfterFirstPID(parent)
}

// killAfterFirstPID reads a PID from the process, and then kills the process.
func killAfterFirstPID(p *process.Process) (pid int, err error) {
	_, err = fmt.Fscanln(p.Events(), &pid)
	err = errors.Join(err, p.Kill(), p.Join())
	code, _ := p.ExitCode()
	fmt.Println(tr("父进程被杀死，退出码："), code)
	return pid, err
}

func subreaper(*process.Work) error {
	if err := becomeSubreaper(); err != nil {
		return err
	}
	fmt.Println(tr("主进程编号："), os.Getpid())
	child, err := makeOrphan()
	if err != nil {
		return err
	}
	untilEnded(child)
	state, _, _ := kernelSays(child)
	fmt.Println(tr("子进程结束后的状态："), state)
	return reapAdopted(child)
}

// reapAdopted reaps a child that package process did not start. It waits for that child only: a wait for
// any child would reap the children of package process.
func reapAdopted(child int) error {
	var status syscall.WaitStatus
	_, err := syscall.Wait4(child, &status, 0, nil)
	for err == syscall.EINTR {
		_, err = syscall.Wait4(child, &status, 0, nil)
	}
	if err != nil {
		return fmt.Errorf("wait for %d: %w", child, err)
	}
	code := status.ExitStatus()
	noteEvent(event.Event{Kind: event.Exited, PID: child, PPID: os.Getpid(), ExitCode: &code})
	fmt.Println(tr("主进程回收了它，退出码："), code)
	return nil
}

func group(*process.Work) error {
	hearInterrupts()
	fmt.Println(process.Current().Name, tr("编号："), os.Getpid(), tr("组："), syscall.Getpgrp())
	b := process.New(process.Config{Target: "group-child", Daemon: new(true), Events: true})
	c := process.New(process.Config{Target: "group-child", Daemon: new(true), Events: true})
	pid, err := startAndHear(b)
	_, errOfC := startAndHear(c)
	if err = errors.Join(err, errOfC); err != nil {
		return err
	}
	err = interruptGroup(pid)
	_ = b.Join()
	code, _ := b.ExitCode()
	fmt.Println(b.Name(), tr("退出码："), code)
	alive, _ := c.IsAlive()
	fmt.Println(c.Name(), tr("还活着："), alive)
	return errors.Join(err, c.Kill(), c.Join())
}

func groupChild(w *process.Work) error {
	fmt.Println(process.Current().Name, tr("编号："), os.Getpid(), tr("组："), syscall.Getpgrp())
	fmt.Fprintln(w.Events, os.Getpid())
	time.Sleep(time.Hour)
	return nil
}

// startAndHear starts a process, and waits for the PID that it writes.
func startAndHear(p *process.Process) (pid int, err error) {
	if err := p.Start(); err != nil {
		return 0, err
	}
	_, err = fmt.Fscanln(p.Events(), &pid)
	return pid, err
}

func tree(*process.Work) error {
	sayWho()
	first := process.New(process.Config{Target: "tree-branch"})
	second := process.New(process.Config{Target: "tree-branch"})
	return errors.Join(first.Start(), second.Start())
}

func treeBranch(*process.Work) error {
	sayWho()
	first := process.New(process.Config{Target: "tree-leaf"})
	second := process.New(process.Config{Target: "tree-leaf"})
	return errors.Join(first.Start(), second.Start())
}

func treeLeaf(*process.Work) error {
	sayWho()
	return nil
}

func sayWho() {
	fmt.Println(process.Current().Name, tr("编号："), os.Getpid(), tr("父进程："), os.Getppid())
}
