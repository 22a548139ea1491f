package run

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"brood/internal/event"
)

// Resume says which earlier runs of the same command a run continues.
type Resume struct {
	Files  []string // their records or joblogs
	Failed bool     // what has failed there runs again
	OK     []int    // exit codes that mean success in a joblog
}

// done counts what earlier runs have done, by a hash of the item, or of the command line. It knows nothing of
// positions, so the items may have been reordered, and others may have come between them. Of equal items as many are
// done as there were.
type done struct {
	Resume
	words []string         // of the command
	items map[[16]byte]int // by record
	lines map[[16]byte]int // by joblog, which has no items
}

func hashOf(text string) (h [16]byte) {
	sum := sha256.Sum256([]byte(text))
	copy(h[:], sum[:])
	return h
}

// take tells whether a key was done, and counts it down.
func take(counts map[[16]byte]int, key string) bool {
	if len(counts) == 0 {
		return false
	}
	h := hashOf(key)
	if counts[h] == 0 {
		return false
	}
	counts[h]--
	return true
}

// readDone reads what the earlier runs have done.
func readDone(r Resume, words []string) (d done, err error) {
	d = done{Resume: r, words: words, items: map[[16]byte]int{}, lines: map[[16]byte]int{}}
	for _, name := range r.Files {
		if err := d.read(name); err != nil {
			return d, fmt.Errorf("resume from %q: %w", name, err)
		}
	}
	changes := func(word string) bool { return strings.Contains(word, "{#}") || strings.Contains(word, "{%}") }
	if len(d.lines) > 0 && slices.ContainsFunc(words, changes) {
		return d, errors.New("resume from a joblog: {#} and {%} stand for other numbers now; resume from a record")
	}
	return d, nil
}

func (d *done) read(name string) error {
	file, err := os.Open(name)
	if err != nil {
		return errors.Unwrap(err)
	}
	defer file.Close()
	text := bufio.NewReader(file)
	first, err := text.Peek(1)
	switch {
	case err == io.EOF: // the run was killed before it wrote anything
		return nil
	case err != nil:
		return err
	case first[0] == '{':
		return d.readRecord(text)
	}
	return d.readJoblog(text)
}

// readRecord counts the items of the commands that have succeeded, or, unless failed ones run again, have ended. A
// record may lack its end.
func (d *done) readRecord(r io.Reader) error {
	running := map[event.Process]event.Event{}
	var other error
	err := event.ReadRun(r, func(e event.Event) {
		switch e.Kind {
		case event.Begun:
			if len(e.Command) == 0 {
				other = errors.New("is no record of brood run")
			} else if !slices.Equal(e.Command, d.words) {
				other = fmt.Errorf("is of another command: %q", strings.Join(e.Command, " "))
			}
		case event.Started:
			running[e.Process()] = e
		case event.Ran, event.Failed:
			if e.Kind == event.Ran || !d.Failed {
				d.count(running[e.Process()])
			}
			delete(running, e.Process())
		case event.Skipped:
			if e.Reason == event.ReasonRan {
				d.count(e)
			}
		}
	})
	var part *event.Part
	if errors.As(err, &part) {
		err = nil
	}
	return errors.Join(err, other)
}

// count counts the items of a command.
func (d *done) count(e event.Event) {
	switch {
	case len(e.Inputs) > 0:
		for _, item := range e.Inputs {
			d.items[hashOf(item)]++
		}
	case e.File != "" || e.Seq > 0:
		d.items[hashOf(e.File)]++
	}
}

// readJoblog counts the command lines of a joblog of brood, or of GNU parallel.
func (d *done) readJoblog(r *bufio.Reader) error {
	for line := 1; ; line++ {
		text, err := r.ReadString('\n')
		switch {
		case err == io.EOF: // half a line is how a run ends that was killed
			return nil
		case err != nil:
			return err
		}
		fields := strings.SplitN(strings.TrimSuffix(text, "\n"), "\t", 9)
		switch {
		case line == 1 && !strings.HasPrefix(text, "Seq\tHost\t"):
			return errors.New("is neither a record nor a joblog")
		case line == 1:
		case len(fields) < 9:
			return fmt.Errorf("line %d: has %d columns, not 9", line, len(fields))
		case !d.Failed || fields[7] == "0" && d.succeeded(fields[6]):
			d.lines[hashOf(fields[8])]++
		}
	}
}

func (d *done) succeeded(exitval string) bool {
	code, err := strconv.Atoi(exitval)
	return err == nil && slices.Contains(d.OK, code)
}
