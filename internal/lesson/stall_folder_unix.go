//go:build unix

package lesson

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"brood/internal/process"
)

// stallFolder copies the user's folder. Only its children touch the folder, which may never answer.
func stallFolder(w *process.Work) error {
	folder := w.Kwargs["folder"]
	names, err := listFolder(folder)
	if err != nil {
		return err
	}
	dest, err := os.MkdirTemp(w.Kwargs["room"], "dest-")
	if err != nil {
		return err
	}
	copies, err := startCopies(names, folder, dest, nil)
	return errors.Join(err, giveUpLast(copies, dest), printArrived(copies))
}

// listFolder lets a child list the files of a folder, and gives the child up if it gets no answer.
func listFolder(folder string) ([]string, error) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	p := process.New(process.Config{
		Target: "stall-list", Name: "list", Args: []string{folder}, Events: true, Stdout: null, Stderr: null,
	})
	if err := p.Start(); err != nil {
		return nil, err
	}
	limit := max(seconds(5), 10*time.Second)
	err = p.Events().SetReadDeadline(time.Now().Add(limit))
	text, readErr := io.ReadAll(p.Events())
	if err = errors.Join(err, readErr); errors.Is(err, os.ErrDeadlineExceeded) {
		err = fmt.Errorf(tr("无法列出 %q：%v 内没有应答"), folder, limit)
	}
	if err != nil {
		return nil, errors.Join(err, giveUp(p))
	}
	if err := p.Join(); err != nil {
		return nil, err
	}
	names := strings.Split(string(text), "\x00")
	if why := names[len(names)-1]; why != "" {
		return nil, fmt.Errorf(tr("无法列出 %q：%s"), folder, why)
	}
	return names[:len(names)-1], nil
}

// stallList writes the names of files, each with a NUL after it, and then the error, if any.
func stallList(w *process.Work) error {
	entries, err := os.ReadDir(w.Args[0])
	for _, e := range entries {
		if e.Type().IsRegular() {
			fmt.Fprint(w.Events, e.Name(), "\x00")
		}
	}
	if err != nil {
		fmt.Fprint(w.Events, reason(err))
	}
	return err
}
