// Package block cuts a stream of bytes into blocks of whole records, such as lines. Each block is a temporary file.
//
//	r, err := block.Open(block.Spec{Delim: '\n', Size: 1 << 20}, os.Stdin)
//	file, err := r.Next() // up to 1 MiB of lines, then io.EOF
//
// No byte is lost, added or changed: all blocks together are the stream. A delimiter belongs to the record before it,
// and the last record needs none.
//
// The reader reads no further than it must to complete a block. It holds up to 64 KiB of the stream in memory, or a
// record of the block's size.
package block

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"sync/atomic"
	"syscall"

	"brood/internal/tempfile"
)

// Spec says which stream is cut, and where. Either Size or Records is above 0.
type Spec struct {
	File    string // a file, device or pipe; "" or "-" for standard input
	Delim   byte   // ends a record: '\n' for lines
	Size    int64  // the most bytes of a block; a longer record is a block of its own
	Records int    // the records of a block; the last block may have fewer
	Dir     string // of the temporary files; "" for os.TempDir()
}

// pieceSize is how many bytes are read at once.
const pieceSize = 64 << 10

// Reader reads blocks. Only Close is safe for concurrent use.
type Reader struct {
	spec   Spec
	source string // for errors
	from   io.Reader
	opened *os.File // by Open, nil for standard input
	files  tempfile.Folder

	buffer []byte
	rest   []byte // was read, and is in no block yet
	err    error  // what Next returns after rest
	number int    // of blocks until now

	begun atomic.Pointer[tempfile.File] // the block that Next is writing, or could not write
}

// Open opens the stream. It does not close stdin.
func Open(spec Spec, stdin io.Reader) (*Reader, error) {
	r := &Reader{spec: spec, source: "standard input", from: stdin, buffer: make([]byte, pieceSize)}
	if r.files.Path = spec.Dir; spec.Dir == "" {
		r.files.Path = os.TempDir()
	}
	if spec.File != "" && spec.File != "-" {
		f, err := openFile(spec.File)
		if err != nil {
			return nil, fmt.Errorf("open %q: %w", spec.File, cause(err))
		}
		r.source, r.from, r.opened = fmt.Sprintf("%q", spec.File), f, f
	}
	return r, nil
}

// Close closes the stream. A call of Next fails then.
func (r *Reader) Close() (err error) {
	if r.opened != nil {
		err = r.opened.Close()
	}
	if f := r.begun.Swap(nil); f != nil {
		err = errors.Join(err, f.Close())
	}
	return err
}

// Next returns the next block, which the caller closes, and io.EOF after the last. There are no empty blocks.
//
// If no file can be created, because there are too few descriptors, a later call may succeed. Any other error is
// final. After an error of reading, the records before it are a block, and the part of a record is lost. After an error
// of writing, the block is lost. Its file stays open until Close: programs that write to the same full disk must not
// find room for a part of what they write.
func (r *Reader) Next() (*tempfile.File, error) {
	if err := r.fill(); err != nil {
		return nil, err
	}
	f, err := r.files.Create()
	if err != nil {
		return nil, fmt.Errorf("block %d: %w", r.number+1, err)
	}
	r.begun.Store(f)
	r.number++
	b := block{Spec: r.spec, file: f}
	if err := r.write(&b); err != nil {
		r.rest, r.err = nil, fmt.Errorf("block %d: write to %q: %w", r.number, r.files.Path, cause(err))
		return nil, r.err
	}
	r.begun.Store(nil)
	if b.whole == 0 && r.err != nil && r.err != io.EOF { // only a part of a record could be read
		f.Close()
		return nil, r.err
	}
	return f, nil
}

// fill reads a piece of the stream when there is no rest. After the end of the stream it reads no more: a terminal
// could go on.
func (r *Reader) fill() error {
	for len(r.rest) == 0 {
		if r.err != nil {
			return r.err
		}
		n, err := r.from.Read(r.buffer)
		if r.rest, r.err = r.buffer[:n], err; err != nil && err != io.EOF {
			r.err = fmt.Errorf("%s: read: %w", r.source, cause(err))
		}
	}
	return nil
}

// write writes a block. The error is one of writing.
func (r *Reader) write(b *block) error {
	for {
		n, full := b.cut(r.rest)
		if err := b.add(r.rest[:n]); err != nil {
			return err
		}
		r.rest = r.rest[n:]
		if full {
			return r.takeBack(b)
		}
		switch err := r.fill(); err {
		case nil:
		case io.EOF:
			return nil
		default:
			return b.file.Truncate(b.whole)
		}
	}
}

// takeBack moves the part of a record at the end of a block to the rest.
func (r *Reader) takeBack(b *block) error {
	if b.whole == b.size {
		return nil
	}
	tail := make([]byte, b.size-b.whole)
	if _, err := b.file.ReadAt(tail, b.whole); err != nil {
		return err
	}
	r.rest = slices.Concat(tail, r.rest)
	return b.file.Truncate(b.whole)
}

// block is a block that is being written.
//
//	file: record, record, part of a record
//	                    │                 └ size
//	                    └ whole
type block struct {
	Spec
	file    *tempfile.File
	size    int64
	whole   int64 // where the last whole record ends
	records int   // whole ones
}

// cut returns how many bytes of p belong to the block, and whether the block is full then. A full block may end with
// a part of a record.
func (b *block) cut(p []byte) (n int, full bool) {
	if b.Records > 0 {
		return b.cutByRecords(p)
	}
	room := b.Size - b.size
	if room >= int64(len(p)) {
		b.wholeAt(bytes.LastIndexByte(p, b.Delim))
		return len(p), b.whole == b.Size
	}
	if room > 0 {
		if i := bytes.LastIndexByte(p[:room], b.Delim); i >= 0 {
			b.wholeAt(i)
			return i + 1, true
		}
	}
	if b.whole > 0 {
		return 0, true
	}
	i := bytes.IndexByte(p, b.Delim) // the end of a record that is longer than a block
	if i < 0 {
		return len(p), false
	}
	b.wholeAt(i)
	return i + 1, true
}

func (b *block) cutByRecords(p []byte) (n int, full bool) {
	for b.records < b.Records {
		i := bytes.IndexByte(p[n:], b.Delim)
		if i < 0 {
			return len(p), false
		}
		b.wholeAt(n + i)
		n += i + 1
		b.records++
	}
	return n, true
}

// wholeAt says that a record ends with byte i of what is added next; -1: none does.
func (b *block) wholeAt(i int) {
	if i >= 0 {
		b.whole = b.size + int64(i) + 1
	}
}

func (b *block) add(p []byte) error {
	n, err := b.file.Write(p)
	b.size += int64(n)
	return err
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

// cause returns the error of the system without the name of the file, which the caller prints.
func cause(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}
