package plan

import (
	"errors"
	"io"
	"os"
)

// writable never fails: Windows does not tell without a try.
func writable(string) error { return nil }

// readable opens a file, or opens a folder and reads from it.
func readable(name string, isFolder bool) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if !isFolder {
		return nil
	}
	if _, err = f.ReadDir(1); errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
