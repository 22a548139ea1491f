package lesson

import (
	"os"
	"syscall"
)

const (
	quizStopSignal     = syscall.SIGSTOP
	quizContinueSignal = syscall.SIGCONT
)

func makeQuizPipe(path string) error {
	return os.NewSyscallError("mkfifo", syscall.Mkfifo(path, 0o600))
}

// readQuizPipe opens the reading end. It does not wait for a writer: without one there
// is nothing to read but the end of the file.
func readQuizPipe(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}

// writeQuizPipe opens the writing end; without a reader it is an error.
func writeQuizPipe(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_WRONLY|syscall.O_NONBLOCK, 0)
}

// bothQuizEnds opens a pipe so that it has a reader and a writer as long as this file
// is open (fifo(7): on Linux alone).
func bothQuizEnds(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|syscall.O_NONBLOCK, 0)
}
