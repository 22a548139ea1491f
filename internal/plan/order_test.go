package plan_test

import (
	"context"
	"fmt"
	"math/rand"
	"os"
	"path"
	"testing"
	"testing/synctest"
	"time"

	"brood/internal/plan"
)

// TestOrder takes and completes the batches of random trees in random order.
func TestOrder(t *testing.T) {
	seed := time.Now().UnixNano()
	for n := range int64(8) {
		t.Run(fmt.Sprint("seed ", seed+n), func(t *testing.T) {
			random := rand.New(rand.NewSource(seed + n))
			dir := t.TempDir()
			want := newOrder(dir)
			want.grow(t, random, 1+random.Intn(700))
			slots := 1 + random.Intn(20)
			opts := plan.Options{PerChild: 1 + random.Intn(4), Guided: random.Intn(2) == 0, Slots: slots,
				Archive: random.Intn(2) == 0}
			t.Logf("seed %d: %d names, %d files a batch, guided %v, %d slots", seed+n, len(want.open), opts.PerChild,
				opts.Guided, slots)
			synctest.Test(t, func(t *testing.T) {
				p, err := plan.Start(context.Background(), plan.Tree{Source: dir, Dest: dir + "/none"}, opts,
					noEvents(t))
				must(t, err)
				want.work(t, p, random, slots)
				p.Wait()
			})
			if left := sortedKeys(want.open); len(left) > 0 {
				t.Errorf("never done: %q", left)
			}
		})
	}
}

// order checks that each item comes after the items that must be done before it.
type order struct {
	dir     string
	kinds   map[string]kind
	open    map[string]bool // names that are not done
	given   map[string]bool
	inside  map[string]int // how many names in a folder are open
	folders []string
	files   []string
}

type kind string

const (
	file   kind = "file"
	link   kind = "link"
	hard   kind = "file of several names"
	folder kind = "folder"
)

func newOrder(dir string) *order {
	return &order{
		dir: dir, kinds: map[string]kind{".": folder}, open: map[string]bool{".": true},
		given: map[string]bool{}, inside: map[string]int{}, folders: []string{"."},
	}
}

// grow adds this number of names to the tree.
func (o *order) grow(t *testing.T, random *rand.Rand, names int) {
	for n := range names {
		in := o.folders[random.Intn(len(o.folders))]
		name := path.Join(in, fmt.Sprint(n))
		o.inside[in]++
		o.open[name] = true
		switch n := random.Intn(6); {
		case n == 0:
			o.kinds[name] = link
			makeTree(t, o.dir, name+" -> anything")
		case n == 1 && len(o.files) > 0:
			other := o.files[random.Intn(len(o.files))]
			o.kinds[name], o.kinds[other] = hard, hard
			must(t, os.Link(path.Join(o.dir, other), path.Join(o.dir, name)))
		case n < 4:
			o.kinds[name] = folder
			o.folders = append(o.folders, name)
			makeTree(t, o.dir, name+"/")
		default:
			o.kinds[name] = file
			o.files = append(o.files, name)
			makeTree(t, o.dir, name)
		}
	}
}

// work takes and completes all batches, not always in the order in which they came.
func (o *order) work(t *testing.T, p *plan.Plan, random *rand.Rand, slots int) {
	var running []plan.Batch
	for {
		if len(running) < slots && (len(running) == 0 || random.Intn(3) > 0) {
			batch, ok, closed := tryTake(p)
			switch {
			case ok:
				o.take(t, batch, running)
				running = append(running, batch)
				continue
			case closed && len(running) == 0:
				return
			case len(running) == 0:
				t.Fatalf("the plan has no batch, and none is running; open: %q", sortedKeys(o.open))
			}
		}
		n := random.Intn(len(running))
		o.done(running[n])
		p.Done(running[n])
		running = append(running[:n], running[n+1:]...)
	}
}

func (o *order) take(t *testing.T, batch plan.Batch, running []plan.Batch) {
	t.Helper()
	if len(batch.Items) == 0 {
		t.Error("a batch without items")
	}
	earlier := map[string]bool{} // in the same batch; a child does them one after the other
	for n, name := range batch.Items {
		switch {
		case len(batch.Firsts) > 0:
			o.linked(t, name, batch.Firsts[n])
		case batch.Folders == (o.kinds[name] == file || o.kinds[name] == hard):
			t.Errorf("%s %q is in a batch with Folders %v", o.kinds[name], name, batch.Folders)
		}
		if o.given[name] {
			t.Errorf("%s %q came twice", o.kinds[name], name)
		}
		o.given[name] = true
		if o.kinds[name] == folder && o.inside[name]-inFolder(earlier, name) > 0 {
			t.Errorf("folder %q came before %d names in it were done", name, o.inside[name]-inFolder(earlier, name))
		}
		earlier[name] = true
	}
	for _, other := range running {
		if batch.Folders && other.Folders {
			t.Errorf("two batches of folders run at once: %q and %q", batch.Items, other.Items)
		}
	}
}

// linked checks that a link and its first name are the same file, and that the first is done.
func (o *order) linked(t *testing.T, name, to string) {
	t.Helper()
	one, err := os.Stat(path.Join(o.dir, to))
	must(t, err)
	other, err := os.Stat(path.Join(o.dir, name))
	must(t, err)
	if !os.SameFile(one, other) || o.open[to] {
		t.Errorf("link %q to %q: the same file %v, not done %v", name, to, os.SameFile(one, other), o.open[to])
	}
}

func inFolder(names map[string]bool, in string) (n int) {
	for name := range names {
		if name != "." && path.Dir(name) == in {
			n++
		}
	}
	return n
}

func (o *order) done(batch plan.Batch) {
	for _, name := range batch.Items {
		if o.open[name] && name != "." {
			o.inside[path.Dir(name)]--
		}
		delete(o.open, name)
	}
}
