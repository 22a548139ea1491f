package lesson

import (
	"os"
	"strconv"
	"time"

	"brood/internal/event"
	"brood/internal/process"
)

// What the processes of a scene inherit.
const (
	journalVariable = "BROOD_LESSON_JOURNAL" // the journal's path; it marks them as the scene's, too
	langVariable    = "BROOD_LESSON_LANG"
	paceVariable    = "BROOD_LESSON_PACE" // 1: the tutorial's own; 0.1: ten times as fast
)

// Lookup finds the targets of the lessons' processes; a child's door asks it.
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

// programs are all programs and what their children do.
func programs() []map[string]process.Target {
	return []map[string]process.Target{tutorialTargets, oneTargets, kinTargets, quizTargets, diskTargets}
}

// keepJournal writes what this process does to its children to the scene's
// journal. Started by hand, a program has none.
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

// note writes a change as an event. Lines of several processes do not mix: each is
// one write to a file that is open for appending.
func note(journal *os.File, c process.Change) {
	e := event.Event{Time: c.Time, Name: c.Name, PID: c.PID, PPID: os.Getpid(), Signal: c.Signal}
	switch c.What {
	case process.Started:
		e.Kind, e.Command = event.Started, c.Command
	case process.Signalled:
		e.Kind = event.Signalled
	case process.Ended:
		e.Kind = event.Zombie
	case process.Reaped:
		e.Kind, e.ExitCode, e.Signal = event.Exited, &c.Exit.Code, c.Exit.Signal
	default:
		return
	}
	_ = event.Write(journal, e)
}

// noteAdoption notes who has become this process's parent once its own is gone.
func noteAdoption() {
	parent := process.Parent()
	if parent == nil {
		return
	}
	<-parent.Sentinel()
	for os.Getppid() == parent.PID { // its descriptors close a moment before its children are given away
		time.Sleep(time.Millisecond)
	}
	noteEvent(event.Event{Kind: event.Adopted, Name: process.Current().Name, PID: os.Getpid(), PPID: os.Getppid()})
}

// noteEvent writes an event to the scene's journal, for a program that has seen
// what the model does not tell.
func noteEvent(e event.Event) {
	journal, err := os.OpenFile(os.Getenv(journalVariable), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return
	}
	defer journal.Close()
	e.Time = time.Now()
	_ = event.Write(journal, e)
}

// tr is a word in the lesson's language.
func tr(word string) string {
	if english, ok := words[word]; ok && os.Getenv(langVariable) != "zh" {
		return english
	}
	return word
}

// sleep sleeps for so many seconds, at the lesson's pace.
func sleep(n float64) { time.Sleep(seconds(n)) }

// seconds is so long at the lesson's pace.
func seconds(n float64) time.Duration { return time.Duration(n * pace() * float64(time.Second)) }

// paced is so much work at the lesson's pace, but some.
func paced(n int) int { return max(1, int(float64(n)*pace())) }

func pace() float64 {
	pace, err := strconv.ParseFloat(os.Getenv(paceVariable), 64)
	if err != nil {
		return 1
	}
	return pace
}
