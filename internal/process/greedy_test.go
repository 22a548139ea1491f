//go:build unix

package process_test

import (
	"bytes"
	"context"
	"fmt"
	"os/signal"
	"runtime"
	"syscall"

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

// churn keeps Args[0] bytes, and uses and drops ten times as many, in small pieces.
func churn(w *process.Work) error {
	const piece = 64 << 10
	kept := make([][]byte, atoi(w.Args[0])/piece)
	for i := range 10 * len(kept) {
		kept[i%len(kept)] = bytes.Repeat([]byte{1}, piece)
	}
	runtime.KeepAlive(kept)
	return nil
}

// spin uses the CPU for ever, or until it can clean up.
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
