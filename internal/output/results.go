package output

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// results is where output is stored. Each item has a folder:
//
//	PATH/000012-the_name/stdout
//	PATH/000012-the_name/stderr
//	PATH/000012-the_name/item.json    comes last: without it, the item has not ended
//
// or each item that has ended has a line in a file.
type results struct {
	path string
	file *os.File // nil for folders

	mu sync.Mutex // for writing a line
}

// itemFile is the name of the file that says what an item was and how it ended.
const itemFile = "item.json"

// openResults prepares the folder or the file; it returns nil if there is none.
func openResults(path string) (r *results, err error) {
	switch {
	case path == "":
		return nil, nil
	case strings.HasSuffix(path, ".jsonl"):
		r = &results{path: path}
		if r.file, err = os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o666); err != nil {
			return nil, err
		}
		if err := endLine(r.file); err != nil {
			r.file.Close()
			return nil, err
		}
		return r, nil
	}
	return &results{path: path}, os.MkdirAll(path, 0o777)
}

// folders tells whether each item has a folder.
func (r *results) folders() bool { return r != nil && r.file == nil }

func (r *results) close() error {
	if r == nil || r.file == nil {
		return nil
	}
	return r.file.Close()
}

// beginResults makes the folder of an item, and removes what an earlier attempt or run has left there.
func (c *Collector) beginResults(it Item) (folder string, err error) {
	if !c.results.folders() {
		return "", nil
	}
	folder = filepath.Join(c.results.path, folderName(it))
	if err = os.Mkdir(folder, 0o777); errors.Is(err, fs.ErrExist) {
		_ = c.probe(nil) // it counts
		if err = c.setAside(it.Seq, folder); err == nil {
			err = removeResults(folder)
		}
	}
	if err != nil {
		return "", fmt.Errorf("results in %q: %w", folder, cause(err))
	}
	return folder, nil
}

// removeResults begins with the file without which the rest does not count.
func removeResults(folder string) error {
	names := names()
	for _, name := range append([]string{itemFile}, names[:]...) {
		if err := os.Remove(filepath.Join(folder, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// mostName is the most bytes of an item's name in the name of its folder.
const mostName = 100

// folderName begins with the number, which no other item of the run has. The rest is for people: letters, digits and
// some signs of the item's name. A run with other items may so use the same folder of results.
func folderName(it Item) string {
	number := fmt.Sprintf("%06d", it.Seq)
	name := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_.,+=@", r) {
			return r
		}
		return '_'
	}, it.Name)
	if name == "" {
		return number
	}
	cut := min(len(name), mostName)
	for cut < len(name) && !utf8.RuneStart(name[cut]) {
		cut--
	}
	return number + "-" + name[:cut]
}

// storeResults stores the output of an item, which has ended, in the spool and in the results.
func (c *Collector) storeResults(o *Output, end End, texts *[2]text) error {
	if c.spool != nil {
		if err := c.spool.add(o.item, end, texts); err != nil {
			return fmt.Errorf("spool: %w: %w", ErrIncomplete, cause(err))
		}
	}
	r := c.results
	if r == nil {
		return nil
	}
	var err error
	if r.file == nil {
		err = r.storeItem(o.folder, newRecord(o.item, end))
	} else {
		err = r.storeLine(newRecord(o.item, end), texts)
	}
	if err != nil {
		return fmt.Errorf("results in %q: %w", r.path, cause(err))
	}
	return nil
}

// storeItem writes the last file into the folder of an item.
func (r *results) storeItem(folder string, rec record) error {
	line, err := rec.line()
	if err != nil {
		return err
	}
	temporary := filepath.Join(folder, "."+itemFile)
	if err := os.WriteFile(temporary, line, 0o666); err != nil {
		return err
	}
	return os.Rename(temporary, filepath.Join(folder, itemFile))
}

// storeLine appends a line to the file, in one write.
func (r *results) storeLine(rec record, texts *[2]text) error {
	if err := rec.add(texts); err != nil {
		return err
	}
	line, err := rec.line()
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	n, err := r.file.Write(line)
	if err != nil && n > 0 {
		if info, failed := r.file.Stat(); failed == nil {
			r.file.Truncate(info.Size() - int64(n)) // part of a line is worse than none
		}
	}
	return err
}

// endLine ends the last line of a file, which a killed run may have left without its end.
func endLine(f *os.File) error {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return err
	}
	last := []byte{0}
	if _, err := f.ReadAt(last, info.Size()-1); err != nil || last[0] == '\n' {
		return err
	}
	_, err = f.Write([]byte{'\n'})
	return err
}
