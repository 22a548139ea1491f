//go:build unix

package process_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"

	"brood/internal/process"
)

// eat allocates Args[0] bytes in pieces of Args[1], and keeps them.
func eat(w *process.Work) error {
	var eaten [][]byte
	for left := atoi(w.Args[0]); left > 0; left -= atoi(w.Args[1]) {
		eaten = append(eaten, make([]byte, atoi(w.Args[1])))
	}
	_, err := fmt.Fprintf(w.Events, "%d pieces", len(eaten))
	runtime.KeepAlive(eaten)
	return err
}

// eatShared takes Args[0] bytes that RLIMIT_DATA does not count. It first starts the program in Args[1], if
// any.
func eatShared(w *process.Work) error {
	if len(w.Args) > 1 {
		cmd := exec.Command(w.Args[1], w.Args[2:]...)
		if err := cmd.Start(); err != nil {
			return err
		}
		fmt.Fprintln(w.Events, "descendant", cmd.Process.Pid)
		fmt.Fprintln(w.Events, "up")
	}
	eaten, err := unix.Mmap(-1, 0, atoi(w.Args[0]), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_ANON)
	if err != nil {
		return err
	}
	for i := 0; i < len(eaten); i += 4096 {
		eaten[i] = 1
	}
	return nil
}

// keepInTmpfs leaves Args[1] bytes in a new file Args[0].
func keepInTmpfs(w *process.Work) error {
	return os.WriteFile(w.Args[0], make([]byte, atoi(w.Args[1])), 0o600)
}

// churn keeps Args[0] bytes, and allocates and drops ten times as many, in small pieces.
func churn(w *process.Work) error {
	const piece = 64 << 10
	kept := make([][]byte, atoi(w.Args[0])/piece)
	for i := range 10 * len(kept) {
		kept[i%len(kept)] = bytes.Repeat([]byte{1}, piece)
	}
	runtime.KeepAlive(kept)
	return nil
}

// spin uses the CPU for ever, or until it is told to clean up.
func spin(w *process.Work) error {
	ctx := context.Background()
	switch w.Args[0] {
	case "clean-up":
		ctx = w.Context()
	case "ignore":
		signal.Ignore(syscall.SIGXCPU)
	}
	for ctx.Err() == nil {
	}
	_, err := fmt.Fprintln(w.Events, "cleaned")
	return err
}
