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
	First int    // batch of task 0
	Tasks []int  // submitted tasks, each once; task 3 has batch First+3
	Files int    // total, with links and folders
	Bytes int64  // total
	Again bool   // its batches were submitted before
}

// isWithin tells whether there are that many batches, or more, for the tasks.
func (a array) isWithin(batches int) bool {
	return len(a.Tasks) > 0 && a.First+slices.Min(a.Tasks) >= 0 && a.First+slices.Max(a.Tasks) < batches
}

// addArray adds a submitted array to arrays.jsonl.
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

// readArrays returns the submitted arrays. It removes half a line at the end, which a killed submitter leaves: the
// next array must begin a new line.
func (f *Folder) readArrays() (all []array, err error) {
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
