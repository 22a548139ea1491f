package plan

import (
	"slices"

	"brood/internal/tempfile"
)

// Batch is the work for one child: files and the like, or one command of brood run.
type Batch struct {
	Root    int      // the number of the root that holds all items: see Tree.Root
	Folders bool     // the items are folders, links and nodes, or hard links; not files
	Items   []string // names relative to source and destination, with slashes
	Firsts  []string // only with hard links: for each item the name to link to, which is done
	Bytes   int64    // total size of the files that are copied

	// Of a command. Items then has one text, which names the first of the inputs.
	Seq     int            // the number of the command in its run, from 1 on
	Inputs  [][]string     // the values of each item that the command is given
	Attempt int            // 1, 2 …; the scheduler counts
	Stdin   *tempfile.File // for each attempt to open again; nil: no standard input. The source of the batch closes it

	// Commands are those of a task of a cluster. Items then names each of them.
	Commands []Batch

	of []entry // the items' entries
}

// Repairs reports whether the batch copies no contents: its files are there but lack attributes.
func (b Batch) Repairs() bool {
	return !slices.ContainsFunc(b.of, func(e entry) bool { return !e.repair })
}

// add appends an entry.
func (b *Batch) add(e entry) {
	if e.kind == file && !e.repair {
		b.Bytes += e.size
	}
	if e.kind == hardLink {
		b.Firsts = append(b.Firsts, e.first.name)
	}
	e.info = nil
	b.Root = e.folder.root
	b.Items = append(b.Items, e.name)
	b.of = append(b.of, e)
}

// front returns a batch of the first n items of a queue.
func (b Batch) front(n int) Batch {
	b.Root = b.of[0].folder.root
	b.Items, b.of = b.Items[:n], b.of[:n]
	if len(b.Firsts) > 0 {
		b.Firsts = b.Firsts[:n]
	}
	return b
}

// after returns the queue without its first n items.
func (b Batch) after(n int) Batch {
	b.Items, b.of = slices.Clone(b.Items[n:]), slices.Clone(b.of[n:])
	if len(b.Firsts) > 0 {
		b.Firsts = slices.Clone(b.Firsts[n:])
	}
	return b
}

// fits returns how many items of a queue fit into one batch with this room for names (0: no
// bound). They are all in one root. One item always fits.
func (b Batch) fits(argRoom int) int {
	size := 0
	for i, e := range b.of {
		size += e.args()
		if i == laneBatch || e.folder.root != b.of[0].folder.root || i > 0 && argRoom > 0 && size > argRoom {
			return i
		}
	}
	return len(b.of)
}

// args returns the room that an entry takes among the child's arguments.
func (e entry) args() int {
	const each = 9 // a pointer, and the zero byte at the end
	if e.kind == hardLink {
		return len(e.name) + len(e.first.name) + 2*each
	}
	return len(e.name) + each
}
