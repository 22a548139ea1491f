//go:build unix

package lesson

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"brood/internal/process"
)

func stallCopy(w *process.Work) error {
	fmt.Fprintln(w.Events, os.Getpid()) // it is about to open its file
	return copyFile(w)
}

func stallAsleep(w *process.Work) error {
	copies, dest, err := copyWithPipe(w.Kwargs["room"])
	return errors.Join(err, giveUpLast(copies, dest), sayArrived(copies))
}

func stallStopped(w *process.Work) error {
	copies, dest, err := copyWithPipe(w.Kwargs["room"])
	if len(copies) > 2 {
		err = errors.Join(err, copies[2].Signal(syscall.SIGSTOP))
		waitForStop(copies[2])
	}
	return errors.Join(err, giveUpLast(copies, dest), sayArrived(copies))
}

// copyWithPipe copies five files, of which the third is a pipe that nobody writes to.
func copyWithPipe(room string) (copies []*process.Process, dest string, err error) {
	source, dest, err := newFolders(room)
	if err != nil {
		return nil, "", err
	}
	for _, name := range stallNames {
		if name == stalledName {
			err = errors.Join(err, syscall.Mkfifo(filepath.Join(source, name), 0o600))
		} else {
			err = errors.Join(err, os.WriteFile(filepath.Join(source, name), []byte(name), 0o600))
		}
	}
	if err != nil {
		return nil, "", err
	}
	copies, err = startCopies(stallNames, source, dest)
	return copies, dest, err
}

func newFolders(room string) (source, dest string, err error) {
	source, err = os.MkdirTemp(room, "source-")
	if err != nil {
		return "", "", err
	}
	dest, err = os.MkdirTemp(room, "dest-")
	return source, dest, err
}

func startCopies(names []string, source, dest string) (copies []*process.Process, err error) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	fmt.Println(tr("拷贝，文件数："), len(names))
	for _, name := range names {
		p := process.New(process.Config{
			Target: "stall-copy", Name: name, Args: []string{name, source, dest}, Events: true,
			Stdout: null, Stderr: null, // one that is abandoned must not keep our own open
		})
		if _, err := startAndHear(p); err != nil {
			return copies, err
		}
		copies = append(copies, p)
	}
	return copies, nil
}

// giveUpLast gives up a copy that is the last and does not grow any more.
func giveUpLast(copies []*process.Process, dest string) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for len(copies) > 1 && ctx.Err() == nil {
		_, _ = process.WaitAny(ctx, copies...) // none is abandoned yet
		copies = running(copies)
	}
	for _, p := range copies {
		if stalls(p, filepath.Join(dest, p.Name())) {
			err = errors.Join(err, giveUp(p))
		}
	}
	return err
}

// stalls waits for the end of a copy, as long as it grows.
func stalls(p *process.Process, dest string) bool {
	for size, before := sizeOf(dest), int64(-2); size != before; size, before = sizeOf(dest), size {
		if ended, _ := p.JoinTimeout(moment()); ended {
			return false
		}
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

// moment is how long a parent waits before it goes on to the next step.
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
	fmt.Println(tr("它的状态："), p.Sleep().State)
	err := p.Terminate()
	if ends(p, "TD") {
		return errors.Join(err, printCode("SIGTERM:", p))
	}
	fmt.Println(tr("收到 SIGTERM 后的状态："), p.Sleep().State)
	err = errors.Join(err, p.Kill())
	if ends(p, "D") {
		return errors.Join(err, printCode("SIGKILL:", p))
	}
	fmt.Println(tr("SIGKILL 之后的状态："), p.Sleep().State)
	fmt.Println(tr("主进程不再等它"))
	return errors.Join(err, p.Abandon())
}

// ends waits for the end of a process that was sent a signal, but no longer in a state in which it hears none.
func ends(p *process.Process, deaf string) bool {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		if ended, _ := p.JoinTimeout(moment()); ended {
			return true
		}
		if state := p.Sleep().State; state != "" && strings.Contains(deaf, state) {
			return false
		}
	}
	return false
}

// sayArrived counts the copies that were made to their end.
func sayArrived(copies []*process.Process) error {
	arrived := 0
	for _, p := range copies {
		if code, err := p.ExitCode(); err == nil && code == 0 {
			arrived++
		}
	}
	_, err := fmt.Println(tr("到达的文件："), arrived)
	return err
}

// stallFolder touches the folder by its children alone: it may never answer.
func stallFolder(w *process.Work) error {
	folder := w.Kwargs["folder"]
	if folder == "" {
		fmt.Println(tr("这里跳过：没有指定文件夹，也没有自己的磁盘："), w.Kwargs["diskless"])
		return nil
	}
	names, err := listFolder(folder)
	if err != nil {
		return err
	}
	dest, err := os.MkdirTemp(w.Kwargs["room"], "dest-")
	if err != nil {
		return err
	}
	copies, err := startCopies(names, folder, dest)
	untilHeld(copies, w.Kwargs["holds"])
	return errors.Join(err, giveUpLast(copies, dest), sayArrived(copies))
}

// untilHeld waits until the lesson's own disk says, in the pipe of that name, that it
// holds a copy, or is gone; or until that copy has ended. It knows no other disk.
func untilHeld(copies []*process.Process, pipe string) {
	i := slices.IndexFunc(copies, func(p *process.Process) bool { return p.Name() == stalledName })
	lines, err := os.Open(pipe)
	if err != nil || i < 0 {
		return
	}
	defer lines.Close()
	ended, err := copies[i].Sentinel()
	if err != nil {
		return
	}
	held := make(chan struct{})
	go func() {
		defer close(held)
		_, _ = lines.Read(make([]byte, 1)) // until Close at the latest
	}()
	select {
	case <-held:
	case <-ended:
	}
}

func listFolder(folder string) ([]string, error) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	p := process.New(process.Config{Target: "stall-list", Name: "list", Args: []string{folder}, Events: true, Stdout: null, Stderr: null})
	if err := p.Start(); err != nil {
		return nil, err
	}
	limit := max(seconds(5), 10*time.Second)
	err = p.Events().SetReadDeadline(time.Now().Add(limit))
	text, readErr := io.ReadAll(p.Events())
	if err = errors.Join(err, readErr); errors.Is(err, os.ErrDeadlineExceeded) {
		err = fmt.Errorf("list %q: no answer in %v", folder, limit)
	}
	if err != nil {
		return nil, errors.Join(err, giveUp(p))
	}
	if err := p.Join(); err != nil {
		return nil, err
	}
	names := strings.Split(string(text), "\x00")
	if why := names[len(names)-1]; why != "" {
		return nil, fmt.Errorf("list %q: %s", folder, why)
	}
	return names[:len(names)-1], nil
}

// stallList tells names, each with a NUL after it, and at last why there are no more.
func stallList(w *process.Work) error {
	entries, err := os.ReadDir(w.Args[0])
	for _, e := range entries {
		if e.Type().IsRegular() {
			fmt.Fprint(w.Events, e.Name(), "\x00")
		}
	}
	if err != nil {
		fmt.Fprint(w.Events, errors.Unwrap(err)) // what the kernel says, without the name
	}
	return err
}
