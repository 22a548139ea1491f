package lesson

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"brood/internal/event"
	"brood/internal/process"
	"brood/internal/status"
)

// quizLacksProc is a function because a variable of the package would be made in every child.
func quizLacksProc() error {
	return fmt.Errorf("quiz: %w", &Lacking{"needs /proc as on Linux, and this system has none"})
}

const (
	// quizSettleTime is the longest time for an action, which usually takes milliseconds.
	quizSettleTime = 30 * time.Second
	// quizAdoptTime is the time for an adopter to reap a zombie. In many containers the adopter never reaps:
	// after this time the quiz shows the zombie.
	quizAdoptTime = 500 * time.Millisecond
)

// quizFamily is the processes of a quiz, with the pipes to command them.
type quizFamily struct {
	journal *journal
	restore func() // restores the environment
	folder  string // holds the pipes
	done    *os.File
	answers *bufio.Reader // from done
	pipes   map[string]*os.File
	first   *process.Process // A
	tree    quizTree         // from the last look

	unreaped bool // an adopter did not reap in time; the quiz waits for no other one
}

func (s *Stage) newQuizFamily() (*quizFamily, error) {
	if _, _, ok := kernelSays(os.Getpid()); !ok {
		return nil, quizLacksProc()
	}
	j, err := openJournal()
	if err != nil {
		return nil, err
	}
	f := &quizFamily{journal: j, restore: s.inherit(j), pipes: map[string]*os.File{}, tree: quizTree{Quiz: os.Getpid()}}
	process.Observe(func(c process.Change) { note(j.file, c) })
	if f.folder, err = os.MkdirTemp("", "brood-quiz-"); err == nil {
		f.done, err = f.open("done")
	}
	if err != nil {
		return nil, errors.Join(err, f.end(s))
	}
	f.answers = bufio.NewReader(f.done)
	return f, nil
}

// end kills all processes, emits their events, and removes the pipes and the journal.
func (f *quizFamily) end(s *Stage) (err error) {
	f.journal.endAll()
	// A killed process takes a moment to end.
	for deadline := time.Now().Add(quizSettleTime); f.living() && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	if f.first != nil {
		err = f.first.Join()
	}
	process.Observe(nil)
	err = errors.Join(err, f.noteEnds())
	f.restore()
	if s.Emit != nil {
		_, historyErr := s.history(f.journal)
		err = errors.Join(err, historyErr)
	}
	for _, pipe := range f.pipes {
		pipe.Close()
	}
	f.journal.remove()
	return errors.Join(err, os.RemoveAll(f.folder))
}

func (f *quizFamily) open(name string) (*os.File, error) {
	path := filepath.Join(f.folder, name)
	if err := makeQuizPipe(path); err != nil {
		return nil, err
	}
	pipe, err := bothQuizEnds(path)
	if err == nil {
		f.pipes[name] = pipe
	}
	return pipe, err
}

// do carries out the action, waits until the kernel has done it, and looks at all processes.
// The value is the PID for a start, and the exit code for a wait.
func (f *quizFamily) do(a quizAction) (value int, err error) {
	if value, err = f.act(a); err != nil {
		return 0, fmt.Errorf("%s: %w", a.text().En, err)
	}
	if a.Verb == "start" {
		f.tree.Members = append(f.tree.Members, quizMember{Letter: a.Letter, PID: value})
	}
	children, orphan := f.tree.children(a.Letter), f.tree.parent(*f.tree.find(a.Letter)) == ""
	for deadline := time.Now().Add(quizSettleTime); !f.settled(a, children); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			return 0, fmt.Errorf("%s: %w", a.text().En, os.ErrDeadlineExceeded)
		}
	}
	f.note(a, orphan)
	for deadline := time.Now().Add(quizAdoptTime); f.look() && !f.unreaped; time.Sleep(time.Millisecond) {
		f.unreaped = time.Now().After(deadline)
	}
	return value, nil
}

// note writes to the journal what package process does not see: a stop, and the end of an orphan.
func (f *quizFamily) note(a quizAction, orphan bool) {
	e := event.Event{Name: a.Letter, PID: f.tree.find(a.Letter).PID}
	switch a.Verb {
	case "stop":
		e.Kind, e.Signal = event.Stopped, "SIGSTOP"
	case "exit", "kill":
		if orphan {
			e.Kind = event.Zombie
		}
	}
	if e.Kind != "" {
		noteEvent(e)
	}
}

// noteEnds writes the ends to the journal that nobody of the family has seen, since its parents end as well.
func (f *quizFamily) noteEnds() error {
	events, err := f.journal.events()
	if err != nil {
		return err
	}
	var family status.Family
	for _, e := range events {
		family.Apply(e)
	}
	for _, m := range f.tree.Members {
		if as := family.Of(event.Process{PID: m.PID}); as != nil && as.Ended.IsZero() && !m.alive() {
			noteEvent(event.Event{Kind: event.Zombie, Name: m.Letter, PID: m.PID})
		}
	}
	return nil
}

func (f *quizFamily) act(a quizAction) (int, error) {
	switch a.Verb {
	case "start":
		if _, err := f.open(a.Letter); err != nil {
			return 0, err
		}
		if a.By != "quiz" {
			return f.call(a.By, "start "+a.Letter)
		}
		f.first = newQuizActor(a.Letter, f.folder)
		if err := f.first.Start(); err != nil {
			f.first = nil
			return 0, err
		}
		return f.first.PID()
	case "wait":
		if a.By != "quiz" {
			return f.call(a.By, "wait "+a.Letter)
		}
		if err := f.first.Join(); err != nil {
			return 0, err
		}
		return f.first.ExitCode()
	case "exit":
		_, err := fmt.Fprintln(f.pipes[a.Letter], "exit", a.Code)
		return 0, err
	case "kill":
		return 0, f.signal(a.Letter, os.Kill, "SIGKILL")
	case "stop":
		return 0, f.signal(a.Letter, quizStopSignal, "SIGSTOP")
	default:
		return 0, f.signal(a.Letter, quizContinueSignal, "SIGCONT")
	}
}

// call sends a command to an actor and returns the number in its answer.
func (f *quizFamily) call(letter, command string) (int, error) {
	if _, err := fmt.Fprintln(f.pipes[letter], command); err != nil {
		return 0, err
	}
	if err := f.done.SetReadDeadline(time.Now().Add(quizSettleTime)); err != nil {
		return 0, err
	}
	line, err := f.answers.ReadString('\n')
	if err != nil {
		return 0, err
	}
	value, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "ok ")
	if !ok {
		return 0, fmt.Errorf("%s answers %q", letter, line)
	}
	return strconv.Atoi(value)
}

func (f *quizFamily) signal(letter string, sig os.Signal, name string) error {
	pid := f.tree.find(letter).PID
	p, err := os.FindProcess(pid)
	if err != nil {
		return err
	}
	defer p.Release()
	now := time.Now()
	note(f.journal.file, process.Change{Time: now, What: process.Signalled, Name: letter, PID: pid, Signal: name})
	return p.Signal(sig)
}

// settled reports whether the kernel has done the action. The children are those of the action's process before it.
func (f *quizFamily) settled(a quizAction, children []quizMember) bool {
	m := quizSeen(*f.tree.find(a.Letter))
	switch a.Verb {
	case "exit", "kill":
		if m.alive() {
			return false
		}
		// The first thread of a process can be a zombie before its other threads have ended. The
		// kernel changes the parent of the children when the last thread ends.
		for _, child := range children {
			if now := quizSeen(child); now.Condition != quizGone && now.Parent == m.PID {
				return false
			}
		}
		return true
	case "stop":
		return m.Condition == quizStopped
	case "continue", "start":
		return m.Condition == quizRunning
	default:
		return m.Condition == quizGone
	}
}

// look reads the tree from the kernel, and reports whether it has a zombie that its adopter has not reaped.
func (f *quizFamily) look() (unreaped bool) {
	for i, m := range f.tree.Members {
		f.tree.Members[i] = quizSeen(m)
	}
	for _, m := range f.tree.children("") {
		unreaped = unreaped || m.Condition == quizZombie
	}
	return unreaped
}

func (f *quizFamily) living() bool {
	f.look()
	return slices.ContainsFunc(f.tree.Members, quizMember.alive)
}

// quizSeen returns the member as the kernel shows it now. A member that is gone stays gone: another
// process may have its PID.
func quizSeen(m quizMember) quizMember {
	if m.Condition == quizGone {
		return m
	}
	state, ppid, ok := kernelSays(m.PID)
	if !ok {
		m.Condition = quizGone
		return m
	}
	m.Parent, m.Condition = ppid, quizConditionOf(state)
	return m
}
