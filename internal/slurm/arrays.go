package slurm

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
)

// array is a line of arrays.jsonl.
type array struct {
	ID    string // Slurm's
	First int    // its task 0 is this batch
	Tasks []int  // that were submitted, each once
	Files int    // in all, links and folders too
	Bytes int64
	Again bool // its batches were submitted before
}

// isOf tells whether its batches are some of so many.
func (a array) isOf(batches int) bool {
	return len(a.Tasks) > 0 && a.First+slices.Min(a.Tasks) >= 0 && a.First+slices.Max(a.Tasks) < batches
}

// addArray notes an array that was submitted.
func (f *Folder) addArray(a array) error {
	text, err := json.Marshal(a)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(f.in("arrays.jsonl"), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(append(text, '\n'))
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// arrays are those that were submitted; half a line is of one whose submitter was killed, and is removed before
// another is added to it.
func (f *Folder) arrays() (all []array, err error) {
	file, err := os.OpenFile(f.in("arrays.jsonl"), os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	lines := bufio.NewReader(file)
	for whole := int64(0); ; {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF && len(line) == 0 {
			return all, nil
		}
		if err == io.EOF {
			return all, file.Truncate(whole)
		}
		whole += int64(len(line))
		var a array
		if err == nil {
			err = json.Unmarshal(line, &a)
		}
		if err != nil {
			return nil, fmt.Errorf("arrays.jsonl: %w", err)
		}
		all = append(all, a)
	}
}
