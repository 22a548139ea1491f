package slurm

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"brood/internal/event"
	"brood/internal/plan"
)

// Commands describes a run of brood run.
type Commands struct {
	Words   []Exact // with placeholders
	Names   []Exact `json:",omitempty"` // of columns, for placeholders
	Dir     Exact   // the working folder of the submitter, and of each task
	Ordered bool    // output in the order of the items
	Results Exact   `json:",omitempty"` // where the follower stores output, an absolute path; "" for nowhere
}

// ErrNoCommands is the error of a file that is not a list of commands, or was cut off.
var ErrNoCommands = errors.New("is not a complete list of commands")

// A list of commands has a zero byte after each record. The values of the items are any bytes but zero:
//
//	brood commands 1 │ c SEQ │ i 2 │ VALUE │ VALUE │ i 1 │ VALUE │ c SEQ │ … │ end COUNT
//
// c begins a command, and i an item, with the number of its values. COUNT is the number of commands.
const (
	commandsBegin = "brood commands 1"
	commandsEnd   = "end "
)

// addCommands writes the commands of a batch as a list.
func addCommands(w io.Writer, batch plan.Batch) error {
	to := bufio.NewWriter(w) // keeps its first error until Flush
	record := func(words ...string) {
		for _, s := range words {
			to.WriteString(s)
		}
		to.WriteByte(0)
	}
	record(commandsBegin)
	for _, c := range batch.Commands {
		record("c ", strconv.Itoa(c.Seq))
		for _, values := range c.Inputs {
			record("i ", strconv.Itoa(len(values)))
			for _, v := range values {
				record(v)
			}
		}
	}
	record(commandsEnd, strconv.Itoa(len(batch.Commands)))
	return to.Flush()
}

// ReadCommands reads a list, and calls take for each command. An error of take ends the reading. If the list is
// incomplete, take may have been called for a part of it, and the error is ErrNoCommands.
func ReadCommands(r io.Reader, take func(plan.Batch) error) error {
	l := commandReader{r: bufio.NewReader(r)}
	if l.record() != commandsBegin {
		return l.failed()
	}
	count := 0
	for s := l.record(); l.err == nil; count++ {
		if n, ok := strings.CutPrefix(s, commandsEnd); ok && n == strconv.Itoa(count) {
			return nil
		}
		c := plan.Batch{Seq: l.number(s, "c ")}
		for s = l.record(); l.err == nil && strings.HasPrefix(s, "i "); s = l.record() {
			c.Inputs = append(c.Inputs, l.values(l.number(s, "i ")))
		}
		if l.err != nil || c.Seq < 1 || len(c.Inputs) == 0 {
			break
		}
		c.Items = []string{strings.Join(c.Inputs[0], " ")}
		if err := take(c); err != nil {
			return err
		}
	}
	return l.failed()
}

// commandReader reads the records of a list of commands. After an error all of them are empty.
type commandReader struct {
	r   *bufio.Reader
	err error
}

func (l *commandReader) failed() error {
	if l.err != nil && l.err != io.EOF {
		return l.err
	}
	return ErrNoCommands
}

func (l *commandReader) record() (s string) {
	if l.err == nil {
		s, l.err = l.r.ReadString(0)
	}
	if l.err != nil {
		return ""
	}
	return s[:len(s)-1]
}

// number returns the number of a record, or an error.
func (l *commandReader) number(s, kind string) int {
	digits, ok := strings.CutPrefix(s, kind)
	n, err := strconv.Atoi(digits)
	if l.err == nil && (!ok || err != nil || n < 0) {
		l.err = fmt.Errorf("%w: %.80q", ErrNoCommands, s)
	}
	return n
}

func (l *commandReader) values(n int) (all []string) {
	for ; n > 0 && l.err == nil; n-- {
		all = append(all, l.record())
	}
	return all
}

// spoolOf returns the file with the output of the commands whose record this is.
func spoolOf(record string) string { return strings.TrimSuffix(record, "jsonl") + "output" }

// Spool creates the file for the output of a task's commands. record is the one of Record.
func (t *Task) Spool(record *os.File) (*os.File, error) {
	return os.OpenFile(spoolOf(record.Name()), os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o644)
}

// Done returns the numbers of the commands that other attempts at the batch have ended, so that this one need not run
// them. record is the one of Record.
func (t *Task) Done(record *os.File) (map[int]bool, error) {
	done := map[int]bool{}
	err := t.eachRecord(part(t.Batch), func(a *attempt) error {
		if a.batch != t.Batch || a.file == record.Name() {
			return nil
		}
		for a.more = true; a.more; {
			if err := a.read(readMost, func(e event.Event) {
				if a.ends(e) && e.Seq > 0 {
					done[e.Seq] = true
				}
			}); errors.Is(err, fs.ErrNotExist) {
				return nil // a network file system may list a file before it can open it
			} else if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("job folder %q: on node %s: %w", t.Path, t.Node, err)
	}
	return done, nil
}
