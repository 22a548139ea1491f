package filecopy

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Chain opens folders below a root, one after another. It opens each from the nearest open
// folder above it. os.Root walks a path from its beginning. With a chain, one step down or
// up a tree costs a few system calls at any depth. Some of the folders above the last one
// stay open. If somebody moves one of those, the folders below it move along. Use a chain
// from one goroutine.
type Chain struct {
	root *os.Root
	held []chainLink // from the top down; the last is the folder that Open returned last
}

// chainLink is an open folder of a chain.
type chainLink struct {
	name  string // below the root
	depth int    // 1 for a folder in the root
	dir   *os.Root
}

// NewChain returns a chain below the root, which the caller closes. Call Close at the end.
func NewChain(root *os.Root) *Chain { return &Chain{root: root} }

// Close closes all folders but the root. The chain can be used again.
func (c *Chain) Close() { c.drop(func(chainLink) bool { return true }) }

// Open opens a folder below the root; "." and "" are the root. The chain owns the folder, and
// keeps it open until the next call.
func (c *Chain) Open(name string) (*os.Root, error) { return c.descend(name, false, c.enter) }

// openFunc opens the folder rest below the folder above. name is its name below the root.
type openFunc func(above *os.Root, rest, name string) (*os.Root, error)

// descend opens the folder name with open. With each, it opens every folder on the way, else
// only the folders that stay open.
func (c *Chain) descend(name string, each bool, open openFunc) (*os.Root, error) {
	name = filepath.Clean(name)
	c.drop(func(l chainLink) bool { return !within(l.name, name) })
	if name == "." {
		return c.root, nil
	}
	last := chainLink{dir: c.root}
	if n := len(c.held); n > 0 {
		last = c.held[n-1]
	}
	total := 1 + strings.Count(name, separator)
	for begin, depth := restFrom(last.name), last.depth+1; depth <= total; depth++ {
		end := len(name)
		if i := strings.Index(name[begin:], separator); i >= 0 {
			end = begin + i
		}
		begin = end + len(separator)
		if !each && depth < total && !stays(depth, total) {
			continue
		}
		dir, err := open(last.dir, name[restFrom(last.name):end], name[:end])
		if err != nil {
			return nil, err
		}
		last = chainLink{name[:end], depth, dir}
		c.held = append(c.held, last)
		c.drop(func(l chainLink) bool { return l.depth < depth && !stays(l.depth, total) })
	}
	return last.dir, nil
}

// stays reports whether a folder stays open while one at depth used is in use. The nearer to
// that depth, the more folders stay open. So a step up from any depth costs a few opens, and
// 19 of 3,000 folders are open. In a shallow tree only the last folder is.
func stays(depth, used int) bool {
	const few = 4
	power := depth & -depth // the largest power of two that divides it
	return depth == used || power >= few && used-depth <= 4*power
}

const separator = string(filepath.Separator)

// restFrom returns the index in a longer name of the rest behind name.
func restFrom(name string) int {
	if name == "" {
		return 0
	}
	return len(name) + len(separator)
}

// within reports whether name names the folder, or a folder below it.
func within(folder, name string) bool {
	return strings.HasPrefix(name, folder) && (len(name) == len(folder) || name[len(folder)] == filepath.Separator)
}

// enter opens the folder rest below another one. name is its name below the root. A link may
// lead out of the folder above, but not out of the root.
func (c *Chain) enter(above *os.Root, rest, name string) (*os.Root, error) {
	dir, err := openFolder(above, rest)
	if err != nil && above != c.root && !errors.Is(err, fs.ErrNotExist) {
		return openFolder(c.root, name)
	}
	return dir, err
}

// drop closes the folders that match.
func (c *Chain) drop(match func(chainLink) bool) {
	c.held = slices.DeleteFunc(c.held, func(l chainLink) bool {
		if !match(l) {
			return false
		}
		l.dir.Close()
		return true
	})
}
