package output

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"
)

// record is what Results has about an item, as JSON. Strings have a replacement character for bytes that are not
// UTF-8; then the field with base64 has the exact bytes. Times are in seconds.
type record struct {
	Seq        int      `json:"seq"`
	Item       string   `json:"item"`
	ItemBase64 []byte   `json:"item_base64,omitempty"`
	Argv       []string `json:"argv"`
	ArgvBase64 [][]byte `json:"argv_base64,omitempty"` // all arguments, if one is not UTF-8

	ExitCode int       `json:"exitcode"`
	Signal   string    `json:"signal,omitempty"`
	Error    string    `json:"error,omitempty"`
	Start    time.Time `json:"start,omitzero"`
	Duration float64   `json:"duration"`
	User     float64   `json:"user"`
	System   float64   `json:"system"`
	MaxRSS   int64     `json:"maxrss,omitempty"` // bytes

	// Only a line of a file has the output, each as a string or, if it is not UTF-8, as base64.
	Stdout       *string `json:"stdout,omitempty"`
	StdoutBase64 []byte  `json:"stdout_base64,omitempty"`
	Stderr       *string `json:"stderr,omitempty"`
	StderrBase64 []byte  `json:"stderr_base64,omitempty"`
}

func newRecord(it Item, end End) record {
	rec := record{
		Seq: it.Seq, Item: it.Name, Argv: it.Argv, ExitCode: end.ExitCode, Signal: end.Signal, Error: end.Error,
		Start: end.Start, Duration: end.Duration.Seconds(), User: end.User.Seconds(), System: end.System.Seconds(),
		MaxRSS: end.MaxRSS,
	}
	if !utf8.ValidString(it.Name) {
		rec.ItemBase64 = []byte(it.Name)
	}
	if slices.ContainsFunc(it.Argv, func(arg string) bool { return !utf8.ValidString(arg) }) {
		for _, arg := range it.Argv {
			rec.ArgvBase64 = append(rec.ArgvBase64, []byte(arg))
		}
	}
	return rec
}

// mostStored is the most bytes of one output in a line of a file. The line is made in memory.
const mostStored = 64 << 20

// add adds the output of the item.
func (rec *record) add(texts *[2]text) (err error) {
	if rec.Stdout, rec.StdoutBase64, err = storable(&texts[0]); err != nil {
		return fmt.Errorf("standard output: %w", err)
	}
	if rec.Stderr, rec.StderrBase64, err = storable(&texts[1]); err != nil {
		return fmt.Errorf("standard error: %w", err)
	}
	return nil
}

func storable(t *text) (*string, []byte, error) {
	if t.size > mostStored {
		return nil, nil, fmt.Errorf("%d bytes, a line holds at most %d; a folder holds more", t.size, mostStored)
	}
	all, err := t.bytes()
	if err != nil || !utf8.Valid(all) {
		return nil, all, err
	}
	s := string(all)
	return &s, nil, nil
}

func (rec record) line() ([]byte, error) {
	var line bytes.Buffer
	e := json.NewEncoder(&line)
	e.SetEscapeHTML(false)
	err := e.Encode(rec)
	return line.Bytes(), err
}
