package output

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// A spool holds the outputs of many items in one file, for a process that prints them later. The items are in the order
// of their ends. Each has a line of JSON, then its standard output, then its standard error:
//
//	{"seq":2,…,"sizes":[3,0]}⏎ a b ⏎ {"seq":1,…,"sizes":[0,4]}⏎ e r r ⏎ …

// spooled is the line before an output. Names are any bytes, which JSON has as base64.
type spooled struct {
	Seq   int      `json:"seq"`
	Tag   []byte   `json:"tag,omitempty"`
	Name  []byte   `json:"name"`
	Argv  [][]byte `json:"argv"`
	End   End      `json:"end"`
	Sizes [2]int64 `json:"sizes"` // of standard output and standard error, in bytes
}

func newSpooled(it Item, end End, texts *[2]text) spooled {
	s := spooled{Seq: it.Seq, Tag: []byte(it.Tag), Name: []byte(it.Name), End: end,
		Sizes: [2]int64{texts[0].size, texts[1].size}}
	for _, arg := range it.Argv {
		s.Argv = append(s.Argv, []byte(arg))
	}
	return s
}

func (s spooled) item() Item {
	it := Item{Seq: s.Seq, Tag: string(s.Tag), Name: string(s.Name)}
	for _, arg := range s.Argv {
		it.Argv = append(it.Argv, string(arg))
	}
	return it
}

// spooler writes a spool.
type spooler struct {
	mu   sync.Mutex
	file *os.File // in append mode
}

// add appends an output. After an error the file is as before, unless that fails, too.
func (s *spooler) add(it Item, end End, texts *[2]text) error {
	line, err := json.Marshal(newSpooled(it, end, texts))
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	info, err := s.file.Stat()
	if err != nil {
		return err
	}
	if _, err = s.file.Write(append(line, '\n')); err == nil {
		for i := range texts {
			err = errors.Join(err, s.write(&texts[i]))
		}
	}
	if err != nil {
		return errors.Join(err, s.file.Truncate(info.Size()))
	}
	return nil
}

// write appends a text. A descendant of the command may change its file meanwhile, but the size must be right.
func (s *spooler) write(t *text) error {
	n, err := io.Copy(s.file, t.reader(0))
	if err == nil && n != t.size {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// Spool reads a spool, even while another process appends to it. It is not safe for concurrent use.
type Spool struct {
	path  string
	read  int64         // bytes of whole outputs that were read
	found map[int]int64 // where an output begins, by its number
}

// NewSpool returns a reader of the file.
func NewSpool(path string) *Spool { return &Spool{path: path, found: map[int]int64{}} }

// Has tells whether the spool has the output of an item now.
func (s *Spool) Has(seq int) (bool, error) {
	if _, ok := s.found[seq]; ok {
		return true, nil
	}
	file, err := os.Open(s.path) // anew: only then a network file system asks for news
	if err != nil {
		return false, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return false, err
	}
	for s.read < info.Size() {
		head, begin, err := readSpooled(file, s.read)
		end := begin + head.Sizes[0] + head.Sizes[1]
		if err == io.EOF || err == nil && end > info.Size() {
			break // the last one is being written
		}
		if err == nil && end < begin {
			err = errors.New("has sizes that no file has")
		}
		if err != nil {
			return false, fmt.Errorf("spool %q: %w", s.path, err)
		}
		s.found[head.Seq], s.read = s.read, end
	}
	_, ok := s.found[seq]
	return ok, nil
}

// readSpooled reads the line at an offset, and returns where the output behind it begins.
func readSpooled(file *os.File, at int64) (head spooled, begin int64, err error) {
	line, err := bufio.NewReader(io.NewSectionReader(file, at, 1<<62)).ReadBytes('\n')
	if err != nil {
		return head, 0, err
	}
	if err := json.Unmarshal(line, &head); err != nil {
		return head, 0, err
	}
	if head.Sizes[0] < 0 || head.Sizes[1] < 0 {
		return head, 0, fmt.Errorf("sizes %d and %d", head.Sizes[0], head.Sizes[1])
	}
	return head, at + int64(len(line)), nil
}

// Replay delivers the output of an item from a spool that has it, as if its command had just ended. It forgets the
// item. The errors are those of Open and Output.Close.
func (c *Collector) Replay(s *Spool, seq int) error {
	at, ok := s.found[seq]
	if !ok {
		return fmt.Errorf("item %d: is not in %q", seq, s.path)
	}
	delete(s.found, seq)
	file, err := os.Open(s.path)
	if err != nil {
		return err
	}
	defer file.Close()
	head, begin, err := readSpooled(file, at)
	if err != nil {
		return fmt.Errorf("spool %q: %w", s.path, err)
	}
	o, err := c.Open(head.item())
	if err != nil {
		return err
	}
	for i, to := range []*os.File{o.Stdout(), o.Stderr()} {
		n, copyErr := io.Copy(to, io.NewSectionReader(file, begin, head.Sizes[i]))
		if copyErr == nil && n != head.Sizes[i] {
			copyErr = io.ErrUnexpectedEOF
		}
		if copyErr != nil {
			err = errors.Join(err, fmt.Errorf("%w: %w", ErrIncomplete, copyErr))
		}
		begin += head.Sizes[i]
	}
	whole := err == nil
	err = errors.Join(err, o.Close(head.End, whole))
	if !whole {
		c.supersede(seq)
	}
	return err
}
