package lesson

import (
	"errors"
	"io/fs"
	"os"
	"strconv"
	"syscall"
	"time"

	"brood/internal/event"
	"brood/internal/process"
)

// The environment of a scene's processes.
const (
	journalVariable = "BROOD_LESSON_JOURNAL" // path of the journal; also marks the scene's processes
	langVariable    = "BROOD_LESSON_LANG"
	paceVariable    = "BROOD_LESSON_PACE" // 1: as the tutorial; 0.1: ten times as fast
)

// Lookup finds the targets of all lessons, for process.Main.
func Lookup(name string) (process.Target, bool) {
	for _, targets := range programs() {
		if target, ok := targets[name]; ok {
			return func(w *process.Work) error {
				keepJournal()
				go noteAdoption()
				return target(w)
			}, true
		}
	}
	return nil, false
}

// programs returns the targets of all lessons, by name.
func programs() []map[string]process.Target {
	return []map[string]process.Target{tutorialTargets, oneTargets, kinTargets, quizTargets, vforkTargets}
}

// keepJournal writes to the journal what this process does to its children. A program that was started
// by hand has no journal.
func keepJournal() {
	path := os.Getenv(journalVariable)
	if path == "" {
		return
	}
	journal, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return
	}
	process.Observe(func(c process.Change) { note(journal, c) })
}

// note writes a change as an event. The lines of different processes do not mix: each line is one
// write to a file that is open for appending.
func note(journal *os.File, c process.Change) {
	e := event.Event{Time: c.Time, Name: c.Name, PID: c.PID, PPID: os.Getpid(), Signal: c.Signal}
	switch c.What {
	case process.Started:
		e.Kind, e.Command = event.Started, c.Command
	case process.Signalled:
		e.Kind, e.Sender, e.PPID = event.Signalled, e.PPID, 0
	case process.Ended:
		e.Kind = event.Zombie
	case process.Reaped:
		e.Kind, e.ExitCode, e.Signal = event.Exited, &c.Exit.Code, c.Exit.Signal
	default:
		return
	}
	_ = event.Write(journal, e)
	if e.Kind == event.Signalled && e.Signal == "SIGCONT" { // lessons send it to stopped processes only
		_ = event.Write(journal, event.Event{Time: c.Time, Kind: event.Continued, Name: c.Name, PID: c.PID})
	}
}

// noteAdoption waits for the parent's end, and writes to the journal which process is the parent then.
func noteAdoption() {
	parent := process.Parent()
	if parent == nil {
		return
	}
	<-parent.Sentinel()
	for os.Getppid() == parent.PID { // the sentinel closes a moment before the kernel changes the parent
		time.Sleep(time.Millisecond)
	}
	noteEvent(event.Event{Kind: event.Adopted, Name: process.Current().Name, PID: os.Getpid(), PPID: os.Getppid()})
}

// noteEvent writes an event to the journal. Programs call it for events that process.Observe does not report.
func noteEvent(e event.Event) {
	journal, err := os.OpenFile(os.Getenv(journalVariable), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return
	}
	defer journal.Close()
	e.Time = time.Now()
	_ = event.Write(journal, e)
}

// tr returns a Chinese text of words in the lesson's language.
func tr(word string) string {
	if english, ok := words[word]; ok && os.Getenv(langVariable) != "zh" {
		return english
	}
	return word
}

// reason returns the error of a system call in the lesson's language, without the name of the file.
func reason(err error) string {
	var errno syscall.Errno
	switch {
	case errors.Is(err, fs.ErrPermission):
		return tr("没有权限")
	case errors.Is(err, fs.ErrNotExist):
		return tr("没有这个文件或文件夹")
	case errors.As(err, &errno):
		return errno.Error()
	}
	return err.Error()
}

// sleep sleeps for n seconds, times the lesson's pace.
func sleep(n float64) { time.Sleep(seconds(n)) }

// seconds returns n seconds, times the lesson's pace.
func seconds(n float64) time.Duration { return time.Duration(n * pace() * float64(time.Second)) }

// paced returns n rounds of work, times the lesson's pace, but at least one.
func paced(n int) int { return max(1, int(float64(n)*pace())) }

func pace() float64 {
	pace, err := strconv.ParseFloat(os.Getenv(paceVariable), 64)
	if err != nil {
		return 1
	}
	return pace
}
