package plan

import (
	"cmp"
	"slices"
)

// The constants of guided. A weight is the time that a file takes, expressed in bytes.
const (
	fileWeight = 64 << 10 // weight of a file besides its bytes: about 0.1 ms, where a byte takes 1 ns
	batchLeast = 4 << 20  // 64 small files: they take longer than the start of their child, 4 ms
	batchMost  = 64 << 20 // the start is less than a tenth of this, and more would gain nothing
	bigFile    = 16 << 20 // size of a file that is enough work alone

	filesAhead = 8192 // most waiting files for any number of slots: memory does not grow with the source
)

// guided makes batches with enough work: small files share a batch, a big file is one alone.
//
//	      ┌─ 16 MiB or more ─▶ big, by size ─────────────── the largest: a batch ──┐
//	walk ─┤                                                                        ├─▶ Batches
//	      └─ less ──▶ small, in the order of the walk ───── a share: a batch ──────┘
//
// Big files go first, the largest before the others, so that none starts when all else is
// done. The small files are divided as by OpenMP's schedule(guided): a batch is 1 / (2 × slots)
// of the waiting weight, at least 4 MiB and at most 64 MiB. The walk goes on until the small
// files for 2 × slots batches of 64 MiB wait, or 8192 files. So no slot waits for a thousand
// findings, starts of children take hardly any time, and all slots end at about the same time:
//
//	weight of a batch
//	 64 MiB ┤        ╭────────────────────────╮
//	        │       ╱                          ╲
//	        │      ╱                             ╲
//	  4 MiB ┤─────╯                                 ╲________
//	        └ the walk begins ── it is ahead ── it is over ─────▶
//
// The kernel locks a folder while a file is made in it, so two children in one folder wait for
// each other. A batch with half of its share therefore ends where the folder ends. Files to
// compare are all in the same folder here, since nothing is made.
type guided struct {
	shares  int64 // number of shares of the waiting weight
	argRoom int   // Options.ArgRoom

	big    []Batch // the largest file last; of equal ones, the first found last
	small  []entry // in the walk's order
	weight int64   // of small
	args   int     // room of small among the arguments
	cut    Batch   // the batch of small files that next returned, until it is given
}

func newGuided(o Options) *guided {
	// The bound on slots keeps the product small; more shares than files change nothing.
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
	bySize := func(b Batch, bytes int64) int { return cmp.Compare(b.Bytes, bytes) }
	i, _ := slices.BinarySearchFunc(g.big, batch.Bytes, bySize)
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

// share returns how many of the small files make the next batch.
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

// take returns a batch of the first n small files.
func (g *guided) take(n int) Batch {
	batch := Batch{Items: make([]string, 0, n), of: make([]entry, 0, n)}
	for _, e := range g.small[:n] {
		batch.add(e)
		g.weight -= e.weight()
		g.args -= e.args()
	}
	clear(g.small[:n]) // the array must not keep their folders in memory
	g.small = g.small[n:]
	return batch
}
