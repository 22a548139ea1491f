package filecopy

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Chain opens folders below a root, one after another, each from the nearest folder
// above it that is still open. os.Root walks a path from its beginning; through a
// chain, going down or up a tree costs some steps a folder, however deep it is. Some of
// the folders above the last one stay open. When somebody moves one of those, what is
// below it goes along. A chain is for one goroutine.
type Chain struct {
	root *os.Root
	held []link // from the top down; the last is that of the folder asked for last
}

// link is an open folder of a chain.
type link struct {
	name  string // below the root
	depth int    // 1 in the root
	dir   *os.Root
}

// NewChain is one below the root, which stays the caller's. Call Close at the end.
func NewChain(root *os.Root) *Chain { return &Chain{root: root} }

// Close closes all folders but the root. The chain can be used again.
func (c *Chain) Close() { c.drop(func(link) bool { return true }) }

// Open opens a folder. It stays the chain's, open until the next call. The root is "." or "".
func (c *Chain) Open(name string) (*os.Root, error) { return c.descend(name, false, c.enter) }

// descend opens a folder by open, which is given a name below the folder above and the
// same name below the root: with each, one folder after another, else several at once.
func (c *Chain) descend(name string, each bool, open func(above *os.Root, below, name string) (*os.Root, error)) (*os.Root, error) {
	name = filepath.Clean(name)
	c.drop(func(l link) bool { return !within(l.name, name) })
	if name == "." {
		return c.root, nil
	}
	last := link{dir: c.root}
	if n := len(c.held); n > 0 {
		last = c.held[n-1]
	}
	total := 1 + strings.Count(name, separator)
	for begin, depth := below(last.name), last.depth+1; depth <= total; depth++ {
		end := len(name)
		if i := strings.Index(name[begin:], separator); i >= 0 {
			end = begin + i
		}
		begin = end + len(separator)
		if !each && depth < total && !stays(depth, total) {
			continue
		}
		dir, err := open(last.dir, name[below(last.name):end], name[:end])
		if err != nil {
			return nil, err
		}
		last = link{name[:end], depth, dir}
		c.held = append(c.held, last)
		c.drop(func(l link) bool { return l.depth < depth && !stays(l.depth, total) })
	}
	return last.dir, nil
}

// stays tells whether a folder stays open while one so deep is in use: the nearer to
// that, the more of them do. From any depth to the one above it costs but a few steps
// then, and of 3,000 folders 19 are open. Where nothing is deep, none is but the last.
func stays(depth, used int) bool {
	const few = 4
	power := depth & -depth // the largest power of two that divides it
	return depth == used || power >= few && used-depth <= 4*power
}

const separator = string(filepath.Separator)

// below is where the rest of a longer name begins.
func below(name string) int {
	if name == "" {
		return 0
	}
	return len(name) + len(separator)
}

// within tells whether name is that of the folder or of one below it.
func within(folder, name string) bool {
	return strings.HasPrefix(name, folder) && (len(name) == len(folder) || name[len(folder)] == filepath.Separator)
}

// enter opens a folder below another one. A link there may lead out of that, though
// not out of the root.
func (c *Chain) enter(above *os.Root, below, name string) (*os.Root, error) {
	dir, err := enter(above, below)
	if err != nil && above != c.root && !errors.Is(err, fs.ErrNotExist) {
		return enter(c.root, name)
	}
	return dir, err
}

// drop closes folders.
func (c *Chain) drop(which func(link) bool) {
	c.held = slices.DeleteFunc(c.held, func(l link) bool {
		if !which(l) {
			return false
		}
		l.dir.Close()
		return true
	})
}
