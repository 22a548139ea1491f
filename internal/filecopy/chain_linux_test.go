package filecopy

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Each folder of a deep tree costs only a few opens, and few folders are open at once.
func TestChainSteps(t *testing.T) {
	const levels = 400
	_, root := tempRoot(t)
	deepest := strings.Repeat("d/", levels)
	check(t, root.MkdirAll(deepest, 0o700))
	for way, depth := range map[string]func(n int) int{
		"down": func(n int) int { return n },
		"up":   func(n int) int { return levels + 1 - n },
	} {
		t.Run(way, func(t *testing.T) {
			c := NewChain(root)
			defer c.Close()
			steps, most := 0, 0
			for n := 1; n <= levels; n++ {
				name := deepest[:2*depth(n)]
				dir, err := c.descend(name, true, func(above *os.Root, rest, name string) (*os.Root, error) {
					steps++
					return c.enter(above, rest, name)
				})
				check(t, err)
				if got, want := dir.Name(), filepath.Join(root.Name(), name); filepath.Clean(got) != want {
					t.Fatalf("opened %q, want %q", got, want)
				}
				most = max(most, len(c.held))
			}
			if steps > 5*levels || most > 20 {
				t.Errorf("%d opens and %d open folders for %d folders", steps, most, levels)
			}
		})
	}
}

// A chain follows a link like the root does.
func TestChainLinks(t *testing.T) {
	_, root := tempRoot(t)
	deep := strings.Repeat("d/", 9)
	check(t, root.MkdirAll(deep, 0o700))
	check(t, root.MkdirAll("other/in", 0o700))
	check(t, root.Symlink(strings.Repeat("../", 9)+"other", deep+"within"))
	check(t, root.Symlink(strings.Repeat("../", 10), deep+"outside"))
	for _, name := range []string{deep + "within", deep + "within/in"} {
		c := NewChain(root)
		defer c.Close()
		for _, name := range []string{deep, name, name} {
			dir, err := c.Open(name)
			check(t, err)
			got, err := dir.Stat(".")
			check(t, err)
			want, err := root.Stat(name)
			check(t, err)
			if !os.SameFile(got, want) {
				t.Errorf("%q is another folder", name)
			}
		}
		if _, err := c.Open(deep + "outside"); err == nil {
			t.Error("a link out of the root was opened")
		}
		if _, err := c.Open(deep + "missing/in"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("error of a missing folder: %v", err)
		}
	}
}
