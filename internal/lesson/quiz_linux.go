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

// readQuizPipe opens the reading end without waiting for a writer. Without a writer, a read returns the
// end of the file.
func readQuizPipe(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}

// writeQuizPipe opens the writing end. Without a reader it returns an error.
func writeQuizPipe(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_WRONLY|syscall.O_NONBLOCK, 0)
}

// bothQuizEnds opens both ends, so the pipe has a reader and a writer while the file is open. Only Linux
// can do that (fifo(7)).
func bothQuizEnds(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|syscall.O_NONBLOCK, 0)
}
