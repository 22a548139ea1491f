package lesson

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"brood/internal/process"
)

// quizTargets is the target of all processes of a quiz.
var quizTargets = map[string]process.Target{"actor": quizActor}

// quizActor reads commands, one a line, carries them out, and answers each with one line.
//
//	stage ── "start C" ─▶ DIR/B ─▶ B ── "ok 4711" ─▶ DIR/done ─▶ stage
//
// An exit has no answer. The stage holds both pipes open. When the stage is gone, an actor reads the end
// of its commands, and ends.
func quizActor(w *process.Work) error {
	if len(w.Args) != 1 {
		return fmt.Errorf("actor: want one letter, got %d arguments", len(w.Args))
	}
	folder := w.Kwargs["dir"]
	commands, err := readQuizPipe(filepath.Join(folder, w.Args[0]))
	if err != nil {
		return err
	}
	children := map[string]*process.Process{}
	for scanner := bufio.NewScanner(commands); scanner.Scan(); {
		if err := acknowledgeQuiz(folder, obeyQuiz(scanner.Text(), folder, children)); err != nil {
			break
		}
	}
	os.Exit(0) // without waiting for its children, which read the end of their commands
	return nil
}

func acknowledgeQuiz(folder, line string) error {
	done, err := writeQuizPipe(filepath.Join(folder, "done"))
	if err != nil {
		return err
	}
	defer done.Close()
	_, err = fmt.Fprintln(done, line)
	return err
}

// obeyQuiz carries out a command and returns the answer: the PID of the started child, or the exit code of
// the child that it waited for.
func obeyQuiz(command, folder string, children map[string]*process.Process) string {
	verb, object, _ := strings.Cut(command, " ")
	var n int
	var err error
	switch verb {
	case "start":
		children[object], n, err = startQuizActor(object, folder, children)
	case "wait":
		if err = children[object].Join(); err == nil {
			n, err = children[object].ExitCode()
		}
	case "exit":
		n, _ = strconv.Atoi(object)
		os.Exit(n) // as Python's os._exit: it waits for nobody
	}
	if err != nil {
		return "error " + err.Error()
	}
	return fmt.Sprintf("ok %d", n)
}

func startQuizActor(letter, folder string, siblings map[string]*process.Process) (*process.Process, int, error) {
	// Start reaps the children whose end the model has noticed. Wait until it has noticed all of them.
	for _, p := range siblings {
		pid, _ := p.PID()
		if state, ppid, ok := kernelSays(pid); ok && ppid == os.Getpid() && quizConditionOf(state) == quizZombie {
			if ended, err := p.Sentinel(); err == nil {
				<-ended
			}
		}
	}
	p := newQuizActor(letter, folder)
	if err := p.Start(); err != nil {
		return p, 0, err
	}
	pid, err := p.PID()
	return p, pid, err
}

func newQuizActor(letter, folder string) *process.Process {
	kwargs := map[string]string{"dir": folder}
	return process.New(process.Config{Target: "actor", Name: letter, Args: []string{letter}, Kwargs: kwargs})
}
