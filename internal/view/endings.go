package view

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/hashicorp/go-hclog"

	"brood/internal/event"
)

// Endings tells people at a terminal what happens, in place of a log. Each child that has ended has a line of a table:
//
//	brood: parent started: PID 4711, child of PID 4702, at most 2 children at once
//	PID         PPID      TIME     BYTES  NAME        FILE
//	4719        4711   0.004 s   4.9 KiB  copy-1      blink.mp4
//	4720        4711   0.006 s   307 KiB  copy-2      holiday/sunrise.mp4
//	brood: parent finished: PID 4711 has waited for 2 children
//
// Nobody knows the later children when the first line is written. So the widths and the columns are fixed then, and
// only the file takes what the terminal has by now.
type Endings struct {
	To    hclog.LevelWriter
	Size  func() (columns, rows int) // of the terminal; 0 if it is gone
	Color func() bool                // whether escapes may be written now
	Mute  func() bool                // whether only warnings and errors may be written now

	pid      int
	compares bool
	running  map[event.Process]started
	columns  []column[ended]
	shown    []int // nil before the first line of the table
	widths   []int
}

// started is what only the start of a process tells.
type started struct{ ppid, items int }

// ended is a row of the table.
type ended struct {
	event.Event
	started
}

// Columns of the table, with their widths.
const (
	pidColumns  = len("4194304") // the greatest PID of Linux
	timeColumns = len("99.999 s")
	sizeColumns = len("1023 KiB")
	leastDigits = len("99999") // of the number in a name
)

func endedColumns() []column[ended] {
	return []column[ended]{
		{title: "PID", of: func(e ended) string { return pidOn(e.PID, e.Node) }},
		{title: "PPID", rank: 1, right: true, of: endedParent},
		{title: "TIME", rank: 4, right: true, of: func(e ended) string { return took(e.Duration) }},
		{title: "BYTES", rank: 3, right: true, of: func(e ended) string { return Bytes(e.Bytes) }},
		{title: "NAME", rank: 2, of: func(e ended) string { return shorten(plain(e.Name), longestName) }},
		{title: "FILE", of: endedFile},
	}
}

// widthsFor returns widths with room for the later children of a run, by its first one.
func widthsFor(first ended) []int {
	name := strings.TrimRight(plain(first.Name), "0123456789")
	node := width(pidOn(0, first.Node)) - 1
	return []int{
		pidColumns + node, pidColumns, timeColumns, sizeColumns,
		min(max(width(name)+leastDigits, len("folders-1")), longestName), 0,
	}
}

func endedParent(e ended) string {
	if e.ppid == 0 {
		return unknown
	}
	return strconv.Itoa(e.ppid)
}

// endedFile returns the items of a process, and how it ended unless that was well.
func endedFile(e ended) string {
	file := plain(e.File)
	if e.Task != "" {
		file = plain(e.Task) + ", " + file
	}
	if e.items > 1 {
		file += " and " + count(e.items-1) + " more"
	}
	switch {
	case e.Signal != "":
		return file + ": " + EnglishFamily.killed(e.Signal, *e.ExitCode)
	case *e.ExitCode != 0:
		return file + ": " + fmt.Sprintf(EnglishFamily.Exited, *e.ExitCode)
	}
	return file
}

// Read tells of an event. It is a reader of a Stream.
func (s *Endings) Read(e event.Event) {
	switch e.Kind {
	case event.Begun:
		s.pid, s.compares = e.PID, e.Verify
	case event.Started:
		if s.running == nil {
			s.running = map[event.Process]started{}
		}
		s.running[e.Process()] = started{e.PPID, e.Items}
		return
	case event.Exited:
		of := s.running[e.Process()]
		delete(s.running, e.Process())
		if e.Error == "" && e.ExitCode != nil {
			s.row(ended{e, of})
			return
		}
	}
	s.tell(e)
}

// row writes a line of the table.
func (s *Endings) row(e ended) {
	columns, _ := s.Size()
	if s.shown == nil {
		s.columns, s.widths = endedColumns(), widthsFor(e)
		s.shown = fitting(s.columns, []int{0, 1, 2, 3, 4}, s.widths, columns)
		s.write(hclog.Info, lineOf(s.columns, titlesOf(s.columns), s.shown, s.widths, columns))
	}
	s.write(hclog.Info, lineOf(s.columns, cellsOf(s.columns, e), s.shown, s.widths, columns))
}

// say writes a message, with its first words in colour if something is wrong.
func (s *Endings) say(level hclog.Level, text string) {
	color := ""
	switch level {
	case hclog.Warn:
		color = yellow
	case hclog.Error:
		color = red
	}
	words, rest, found := strings.Cut(text, ":")
	if found {
		rest = ":" + rest
	}
	s.write(level, "brood: "+paint(words, color, color != "" && s.Color())+rest)
}

// write ignores errors: there is no other place to tell of them.
func (s *Endings) write(level hclog.Level, line string) {
	if level < hclog.Warn && s.Mute() {
		return
	}
	_, _ = s.To.LevelWrite(level, []byte(line+"\n"))
}
