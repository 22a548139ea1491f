package output

import (
	"bytes"
	"io"

	"brood/internal/tempfile"
)

// small is the size in bytes of a text that is held in memory. A larger one is held in a file.
const small = 4 << 10

// text is output that is kept until it is printed or stored.
type text struct {
	memory []byte
	file   *tempfile.File // has all of it if memory is nil
	from   int64          // bytes at its start that are printed
	size   int64          // bytes
	lines  int64          // bytes up to and with the last newline; only add counts them
}

func (t *text) empty() bool { return t.from == t.size }

// load reads a file that a command has written. A small text leaves the file to the caller.
func load(f *tempfile.File) (text, error) {
	var buffer [small + 1]byte
	n, err := f.ReadAt(buffer[:], 0)
	switch {
	case err == io.EOF && n <= small:
		return text{memory: bytes.Clone(buffer[:n]), size: int64(n)}, nil
	case err != nil && err != io.EOF:
		return text{}, err
	}
	info, err := f.Stat()
	if err != nil {
		return text{}, err
	}
	return text{file: f, size: info.Size()}, nil
}

// add appends p. When the text no longer fits into limit bytes, add asks for a file.
func (t *text) add(p []byte, limit int, file func() (*tempfile.File, error)) error {
	if i := bytes.LastIndexByte(p, '\n'); i >= 0 {
		t.lines = t.size + int64(i) + 1
	}
	if t.file == nil && len(t.memory)+len(p) > limit {
		f, err := file()
		if err != nil {
			return err
		}
		t.file = f
		if _, err := f.Write(t.memory); err != nil {
			return err
		}
		t.memory = nil
	}
	t.size += int64(len(p))
	if t.file == nil {
		t.memory = append(t.memory, p...)
		return nil
	}
	_, err := t.file.Write(p)
	return err
}

// reader reads the part that is not printed, after the first skip bytes of it. It does not use the offset that a file
// shares with a command.
func (t *text) reader(skip int64) io.Reader {
	if t.file == nil {
		return bytes.NewReader(t.memory[t.from+skip : t.size])
	}
	return io.NewSectionReader(t.file, t.from+skip, t.size-t.from-skip)
}

// bytes returns the text.
func (t *text) bytes() ([]byte, error) {
	if t.file == nil {
		return t.memory, nil
	}
	all := make([]byte, t.size)
	_, err := fill(all, t.reader(0))
	return all, err
}

// fill reads len(p) bytes. A file that a descendant has truncated may have fewer.
func fill(p []byte, r io.Reader) (n int, err error) {
	if n, err = io.ReadFull(r, p); err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// release forgets the text.
func (t *text) release() {
	if t.file != nil {
		t.file.Close()
	}
	*t = text{}
}
