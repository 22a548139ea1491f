package item

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"syscall"
)

// maxValue is the length in bytes of the longest argument that Linux passes to a program: MAX_ARG_STRLEN includes a
// final NUL. Other systems pass longer arguments, but brood has one limit for all.
const maxValue = 128<<10 - 1

// values reads the values of one source and splits them into columns.
type values struct {
	source string                 // for errors
	unit   string                 // what a value is, for errors
	read   func() (string, error) // returns a value, and io.EOF after the last
	hint   string                 // for errors about NUL bytes
	colsep *regexp.Regexp
	width  int // the number of columns of each value; 0: any number
	number int // of the current value, from 1
}

// next returns the columns of the next value, and io.EOF after the last.
func (v *values) next() (Item, error) {
	v.number++
	value, err := v.read()
	if err != nil {
		return nil, err
	}
	item := Item{value}
	if v.colsep != nil && value != "" {
		item = v.colsep.Split(value, -1)
	}
	for _, column := range item {
		if strings.IndexByte(column, 0) >= 0 {
			return nil, v.fault("has a NUL byte, which no command line can hold%s", v.hint)
		}
	}
	if v.width > 0 && len(item) != v.width {
		return nil, v.fault("the number of columns is %d, but %d in the header", len(item), v.width)
	}
	return item, nil
}

// fault is an error about the current value.
func (v *values) fault(format string, args ...any) error {
	return fmt.Errorf("%s, %s %d: %w", v.source, v.unit, v.number, fmt.Errorf(format, args...))
}

// arguments reads values from memory.
func arguments(args []string) func() (string, error) {
	return func() (string, error) {
		if len(args) == 0 {
			return "", io.EOF
		}
		value := args[0]
		args = args[1:]
		return value, nil
	}
}

// delimited makes v read values that end with delim. It reads no further than it must, so that a slow writer gets each
// value processed at once. It never asks again after the end of the file: a terminal could go on.
func (v *values) delimited(from io.Reader, delim byte) {
	if delim != 0 {
		v.hint = "; are the items separated by NUL (-0)?"
	}
	buffer := bufio.NewReaderSize(from, maxValue+1) // for the delimiter too
	ended := false
	v.read = func() (string, error) {
		if ended {
			return "", io.EOF
		}
		data, err := buffer.ReadSlice(delim)
		switch {
		case err == nil:
			return string(data[:len(data)-1]), nil
		case err == bufio.ErrBufferFull:
			return "", v.tooLong(data)
		case err != io.EOF:
			return "", v.fault("read: %w", cause(err))
		}
		ended = true
		if len(data) == 0 {
			return "", io.EOF
		}
		return string(data), nil
	}
}

// tooLong is the error for a value that begins with data.
func (v *values) tooLong(data []byte) error {
	hint := ""
	if bytes.IndexByte(data, 0) >= 0 {
		hint = v.hint
	}
	return v.fault("is longer than %d bytes, the limit for one argument%s", maxValue, hint)
}

// openFile opens a file, device or pipe. A folder is an error.
func openFile(name string) (*os.File, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = syscall.EISDIR
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// cause returns the error of the system without the name of the file, which brood prints quoted.
func cause(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}
