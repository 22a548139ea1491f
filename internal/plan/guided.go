package plan

import (
	"cmp"
	"slices"
)

// The numbers of guided. A weight is in bytes: what takes a child as long as so many bytes.
const (
	fileWeight = 64 << 10 // of a file, beside its bytes: it takes about 0.1 ms, and each of them 1 ns
	batchLeast = 4 << 20  // 64 small files: they take longer than the start of their child, 4 ms
	batchMost  = 64 << 20 // then a start is less than a tenth, and more would gain nothing
	bigFile    = 16 << 20 // has enough to do by itself

	filesAhead = 8192 // that wait, however many slots there are: memory does not grow with the source
)

// guided makes batches that have enough to do: small files share one, a big one has one of its own.
//
//	      ┌─ 16 MiB or more ─▶ big, by size ───────────── the largest: a batch ──┐
//	walk ─┤                                                                    ├─▶ Batches
//	      └─ less ──▶ small, as the walk has found them ── a share: a batch ─────┘
//
// Big ones go first, and the largest of them, so that none is begun when all else is done. The
// small ones are shared out as by OpenMP's schedule(guided): a batch is 1 / (2 × slots) of what
// waits, no less than 4 MiB of weight, no more than 64. The walk goes on until small ones for 2 × slots
// batches of 64 MiB wait, or 8192 files. So no slot waits for a thousand to be found, hardly any time
// goes into the starts of children, and all slots end at about the same time:
//
//	weight of a batch
//	 64 MiB ┤        ╭────────────────────────╮
//	        │       ╱                          ╲
//	        │      ╱                             ╲
//	  4 MiB ┤─────╯                                 ╲________
//	        └ the walk begins ── it is ahead ── it is over ─────▶
//
// Two children that make files in one folder wait for each other: the kernel locks it. So a batch
// that has half of its share already ends where the folder does. (Files to be compared are all
// said to be in one: nothing is made.)
type guided struct {
	shares  int64 // that what waits is cut into
	argRoom int   // Options.ArgRoom

	big    []Batch // the largest last, of equals the one found first
	small  []entry // in the walk's order
	weight int64   // of small
	args   int     // the room that small takes
	cut    Batch   // of small ones, when it was last asked for; the next to be given
}

func newGuided(o Options) *guided {
	// More shares than files are as many.
	return &guided{shares: 2 * int64(min(max(o.Slots, 1), filesAhead/2)), argRoom: o.ArgRoom}
}

func (e entry) weight() int64 { return e.size + fileWeight }

func (g *guided) add(e entry) {
	if e.size < bigFile {
		g.small = append(g.small, e)
		g.weight += e.weight()
		g.args += e.args()
		return
	}
	var batch Batch
	batch.add(e)
	i, _ := slices.BinarySearchFunc(g.big, batch.Bytes, func(b Batch, bytes int64) int { return cmp.Compare(b.Bytes, bytes) })
	g.big = slices.Insert(g.big, i, batch)
}

func (g *guided) waiting() int { return len(g.big) + len(g.small) + len(g.cut.Items) }

func (g *guided) enough(bool) bool {
	return g.weight >= g.shares*batchMost || g.waiting() >= filesAhead
}

func (g *guided) next(hurry bool) (Batch, bool) {
	if n := len(g.big); n > 0 {
		return g.big[n-1], true
	}
	enough := g.weight >= batchLeast || g.argRoom > 0 && g.args > g.argRoom
	if len(g.cut.Items) == 0 && len(g.small) > 0 && (enough || hurry) {
		g.cut = g.take(g.share())
	}
	return g.cut, len(g.cut.Items) > 0
}

func (g *guided) given() {
	if n := len(g.big); n > 0 {
		g.big[n-1] = Batch{}
		g.big = g.big[:n-1]
		return
	}
	g.cut = Batch{}
}

// share is how many of the small ones make a batch.
func (g *guided) share() int {
	share := min(max(g.weight/g.shares, batchLeast), batchMost)
	var weight int64
	args := 0
	for i, e := range g.small {
		args += e.args()
		switch {
		case i == 0:
		case weight >= share,
			weight >= share/2 && e.folder != g.small[i-1].folder,
			g.argRoom > 0 && args > g.argRoom:
			return i
		}
		weight += e.weight()
	}
	return len(g.small)
}

// take is a batch of the first n of the small ones.
func (g *guided) take(n int) Batch {
	batch := Batch{Items: make([]string, 0, n), of: make([]entry, 0, n)}
	for _, e := range g.small[:n] {
		batch.add(e)
		g.weight -= e.weight()
		g.args -= e.args()
	}
	clear(g.small[:n]) // what the array still has of them
	g.small = g.small[n:]
	return batch
}
