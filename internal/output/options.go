package output

import (
	"errors"
	"os"
	"time"
)

// Mode says when the output of a command appears.
type Mode int

const (
	Grouped Mode = iota // all at once, when the command has ended
	Lines               // line by line, among the lines of other commands; a line is never broken
	Raw                 // as it comes: the command writes to Options.Out and Options.Err itself
)

// Options say where output goes and when.
type Options struct {
	Mode     Mode
	Ordered  bool     // in the order of Item.Seq; not with Raw
	Out, Err *os.File // where the output goes; they stay open

	// Aside, unless nil, is called with each write to Err, and to Out if that is the same file. It calls write once. So
	// a terminal can be cleared of what others have drawn. Such a write ends with a newline. Not with Raw.
	Aside func(write func())

	// Results is where the output is stored as well, except with Raw; "" for nowhere.
	//
	// If the name ends in .jsonl, it is a file, and each item adds a line. An output must not exceed 64 MiB then.
	//
	// Otherwise it is a folder, which gets a folder such as 000012-the_name for each item, with the files stdout,
	// stderr and at last item.json. They replace those of an earlier attempt or run.
	Results string

	// Spool, a file in append mode, gets each output as well, for Collector.Replay in another process; nil for none. It
	// stays open. Only with Grouped.
	Spool *os.File

	// Kept is how many attempts that may be followed by another are kept with files, each with 2 descriptors, and 4 with
	// Lines. Of any further attempt no file is kept, so Settle has an ErrIncomplete. Up to 4 KiB need no file.
	Kept int

	Dir string // where files without a name are made, unless Results is a folder; "" for os.TempDir()

	// Delay is how long a descendant may hold an ended command's pipe open before it is cut off, with Lines. On
	// Windows, whose pipes have no deadlines, Close waits for the descendant.
	Delay time.Duration
}

// Item is what a command works on.
type Item struct {
	Seq  int    // 1, 2 and so on; each attempt has the number of its item
	Tag  string // precedes each line, with a tab; "" for none. Raw ignores it
	Name string // the values, for Results
	Argv []string
}

// End is how a command ended and what it used.
type End struct {
	ExitCode int    // n; -n: ended by signal n
	Signal   string // the name of that signal; "" for none
	Error    string // why the command failed otherwise, such as a program that could not be started; "" for none

	Start        time.Time // zero if it was not started
	Duration     time.Duration
	User, System time.Duration // CPU time
	MaxRSS       int64         // peak of its memory in bytes; 0 if unknown
}

// ErrIncomplete means that the output of a command may lack a part, because the disk was full.
var ErrIncomplete = errors.New("output is incomplete")
