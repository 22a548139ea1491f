package plan

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	kib = 1 << 10
	mib = 1 << 20
)

// some describes files of one size in a folder. Their names are numbers that go on within the folder.
type some struct {
	folder string
	number int
	size   int64
}

// found returns the entries of a walk that finds these files.
func found(all ...some) (entries []entry) {
	folders, next := map[string]*folder{}, map[string]int{}
	for _, s := range all {
		if folders[s.folder] == nil {
			folders[s.folder] = &folder{name: s.folder}
		}
		for range s.number {
			name := fmt.Sprintf("%s/%d", s.folder, next[s.folder])
			next[s.folder]++
			entries = append(entries, entry{kind: file, name: name, size: s.size, folder: folders[s.folder]})
		}
	}
	return entries
}

// batchesOf takes all ready batches. It describes each as "NUMBER FIRST-LAST".
func batchesOf(g *guided, hurry bool) string {
	var batches []string
	for {
		batch, ready := g.next(hurry)
		if !ready {
			return strings.Join(batches, ", ")
		}
		batches = append(batches, fmt.Sprint(len(batch.Items), " ", batch.Items[0], "-",
			batch.Items[len(batch.Items)-1]))
		g.given()
	}
}

// TestGuided checks the batches for some sizes of files: while the walk goes on, and at its end.
func TestGuided(t *testing.T) {
	const big = 16 * mib
	for name, row := range map[string]struct {
		slots, room int
		found       []some
		ahead, over string // batches while the walk goes on, and the rest at its end
	}{
		"nothing":               {2, 0, nil, "", ""},
		"one file":              {2, 0, []some{{"a", 1, 0}}, "", "1 a/0-a/0"},
		"too little":            {2, 0, []some{{"a", 63, 0}}, "", "63 a/0-a/62"},
		"just enough":           {2, 0, []some{{"a", 64, 0}}, "64 a/0-a/63", ""},
		"bytes count":           {2, 0, []some{{"a", 1, 4*mib - 64*kib}}, "1 a/0-a/0", ""},
		"the last one fills it": {2, 0, []some{{"a", 63, 0}, {"a", 2, 15 * mib}}, "64 a/0-a/63, 1 a/64-a/64", ""},
		"each is enough":        {2, 0, []some{{"a", 3, 10 * mib}}, "1 a/0-a/0, 1 a/1-a/1, 1 a/2-a/2", ""},
		"a share, but the least": {2, 0, []some{{"a", 200, 0}}, "64 a/0-a/63, 64 a/64-a/127, 64 a/128-a/191",
			"8 a/192-a/199"},
		"a quarter each": {2, 0, []some{{"a", 1024, 0}},
			"256 a/0-a/255, 192 a/256-a/447, 144 a/448-a/591, 108 a/592-a/699, 81 a/700-a/780, 64 a/781-a/844, " +
				"64 a/845-a/908, 64 a/909-a/972", "51 a/973-a/1023"},
		"an eighth each": {4, 0, []some{{"a", 600, 0}},
			"75 a/0-a/74, 66 a/75-a/140, 64 a/141-a/204, 64 a/205-a/268, 64 a/269-a/332, " +
				"64 a/333-a/396, 64 a/397-a/460, 64 a/461-a/524, 64 a/525-a/588", "11 a/589-a/599"},
		"a half, but the most": {1, 0, []some{{"a", 2300, 0}},
			"1024 a/0-a/1023, 638 a/1024-a/1661, 319 a/1662-a/1980, 160 a/1981-a/2140, " +
				"80 a/2141-a/2220, 64 a/2221-a/2284", "15 a/2285-a/2299"},
		"all at once": {1 << 62, 0, []some{{"a", 200, 0}}, "64 a/0-a/63, 64 a/64-a/127, 64 a/128-a/191",
			"8 a/192-a/199"},
		"half, and a new folder": {2, 0, []some{{"a", 32, 0}, {"b", 40, 0}}, "32 a/0-a/31", "40 b/0-b/39"},
		"less than half":         {2, 0, []some{{"a", 31, 0}, {"b", 40, 0}}, "64 a/0-b/32", "7 b/33-b/39"},
		"half of a large one": {1, 0, []some{{"a", 255, 0}, {"b", 1, 0}, {"c", 768, 0}},
			"256 a/0-b/0, 384 c/0-c/383, 192 c/384-c/575, 96 c/576-c/671, 64 c/672-c/735", "32 c/736-c/767"},
		"a big one":           {2, 0, []some{{"a", 1, big}}, "1 a/0-a/0", ""},
		"not quite a big one": {2, 0, []some{{"a", 1, 0}, {"a", 1, big - 1}}, "2 a/0-a/1", ""},
		"the largest first": {2, 0, []some{{"a", 1, big}, {"a", 1, 1 << 40}, {"a", 1, big + 1}},
			"1 a/1-a/1, 1 a/2-a/2, 1 a/0-a/0", ""},
		"equal ones in order": {2, 0, []some{{"a", 3, big}}, "1 a/0-a/0, 1 a/1-a/1, 1 a/2-a/2", ""},
		"big ones end no batch": {2, 0, []some{{"a", 40, 0}, {"a", 1, big}, {"b", 1, big}, {"a", 24, 0}},
			"1 a/40-a/40, 1 b/0-b/0, 64 a/0-a/64", ""},
		"room for 120 bytes": {2, 120, []some{{"a", 25, 0}}, "10 a/0-a/9, 9 a/10-a/18", "6 a/19-a/24"},
		"room for none":      {2, 1, []some{{"a", 2, 0}}, "1 a/0-a/0, 1 a/1-a/1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGuided(Options{Slots: row.slots, ArgRoom: row.room})
			for _, e := range found(row.found...) {
				g.add(e)
			}
			if got := batchesOf(g, false); got != row.ahead {
				t.Errorf("while the walk goes on: %s\nwant %s", got, row.ahead)
			}
			if got := batchesOf(g, true); got != row.over {
				t.Errorf("at its end: %s\nwant %s", got, row.over)
			}
			if n := g.waiting(); n != 0 || g.weight != 0 || g.args != 0 {
				t.Errorf("%d files are left, of weight %d, in %d bytes", n, g.weight, g.args)
			}
		})
	}
}

// TestGuidedBounds checks how many files the walk finds if nobody takes them.
func TestGuidedBounds(t *testing.T) {
	for name, row := range map[string]struct {
		slots int
		size  int64
		want  int
	}{
		"weight, small ones":  {2, 0, 4096},
		"weight, larger ones": {2, 8 * mib, 32},
		"number":              {16, 0, filesAhead},
		"number, all at once": {1 << 62, 0, filesAhead},
		"number, big ones":    {1, 1 << 40, filesAhead},
	} {
		g := newGuided(Options{Slots: row.slots})
		got := 0
		for _, e := range found(some{"a", 2 * filesAhead, row.size}) {
			if g.next(false); g.enough(true) { // feed calls next each time, also when all slots are busy
				break
			}
			g.add(e)
			got++
		}
		// An early batch was made of few files, and the bound on the weight does not count it.
		if got < row.want || got > min(row.want+64, filesAhead) {
			t.Errorf("%s: %d, want %d", name, got, row.want)
		}
	}
}

// With random files, taken at random times, each name comes once and each batch keeps its bounds.
func TestGuidedAtRandom(t *testing.T) {
	seed := time.Now().UnixNano()
	for n := range int64(100) {
		random := rand.New(rand.NewSource(seed + n))
		o := Options{Slots: 1 + random.Intn(40), ArgRoom: random.Intn(3) * 4000}
		c := &checked{guided: newGuided(o), o: o}
		for _, e := range found(someAt(random)...) {
			for c.enough(true) || random.Intn(50) == 0 {
				c.take(t, random.Intn(100) == 0)
			}
			c.found(e)
			mostWeight := int64(2*o.Slots)*batchMost + bigFile + fileWeight
			if n := c.waiting(); n > filesAhead || c.weight > mostWeight {
				t.Errorf("%d files wait, of weight %d", n, c.weight)
			}
		}
		for c.waiting() > 0 {
			c.take(t, true)
		}
		if len(c.small) > 0 || len(c.big) > 0 {
			t.Errorf("never given: %v, %v", c.small, c.big)
		}
		if t.Failed() {
			t.Fatalf("seed %d, %+v", seed+n, o)
		}
	}
}

func someAt(random *rand.Rand) (all []some) {
	sizes := []int64{0, 1, 4 * kib, 100 * kib, 3 * mib, bigFile - 1, bigFile, bigFile + 1, 1 << 40}
	for range random.Intn(200) {
		s := some{fmt.Sprint("folder", random.Intn(9)), 1 + random.Intn(3), sizes[random.Intn(len(sizes))]}
		if s.size < mib {
			s.number = random.Intn(150)
		}
		all = append(all, s)
	}
	return all
}

// checked is a guided with the entries that it was given and that were not taken, in order.
type checked struct {
	*guided
	o          Options
	small, big []entry
}

func (c *checked) found(e entry) {
	c.add(e)
	if e.size < bigFile {
		c.small = append(c.small, e)
	} else {
		c.big = append(c.big, e)
	}
}

func (c *checked) take(t *testing.T, hurry bool) {
	batch, ready := c.next(hurry)
	if !ready {
		if hurry && c.waiting() > 0 || c.enough(true) {
			t.Errorf("%d files wait, and there is no batch", c.waiting())
		}
		return
	}
	c.given()
	var bytes int64
	for _, e := range batch.of {
		bytes += e.size
	}
	if bytes != batch.Bytes || len(batch.of) != len(batch.Items) {
		t.Errorf("a batch with %d entries of %d bytes has %d items and Bytes %d", len(batch.of), bytes,
			len(batch.Items), batch.Bytes)
	}
	if len(c.big) > 0 {
		c.tookBig(t, batch)
	} else {
		c.tookSmall(t, batch)
	}
}

// tookBig checks that a big file is alone, and that no waiting file is larger.
func (c *checked) tookBig(t *testing.T, batch Batch) {
	largest := slices.MaxFunc(c.big, func(a, b entry) int { return int(a.size - b.size) }) // the first of these
	if len(batch.Items) != 1 || batch.Items[0] != largest.name {
		t.Errorf("batch %q, want %q alone", batch.Items, largest.name)
	}
	c.big = slices.DeleteFunc(c.big, func(e entry) bool { return e.name == batch.Items[0] })
}

// tookSmall checks that the batch has the first small files, and no more than fill it.
func (c *checked) tookSmall(t *testing.T, batch Batch) {
	var before int64 // weight without the last
	args := 0
	for n, e := range batch.of {
		if n == len(c.small) || c.small[n].name != e.name {
			t.Fatalf("batch %q, want the first of %v", batch.Items, c.small)
		}
		if n < len(batch.of)-1 {
			before += e.weight()
		}
		args += e.args()
	}
	c.small = c.small[len(batch.of):]
	if before >= batchMost || len(batch.Items) > batchMost/fileWeight {
		t.Errorf("a batch of %d names weighs %d without the last", len(batch.Items), before)
	}
	if c.o.ArgRoom > 0 && args > c.o.ArgRoom && len(batch.Items) > 1 {
		t.Errorf("a batch of %d names takes %d bytes, more than %d", len(batch.Items), args, c.o.ArgRoom)
	}
}
