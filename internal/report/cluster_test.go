package report_test

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"brood/internal/status"
)

// nodeBar is a process on a node, and its bar.
type nodeBar struct {
	Name, Node  string
	PID         int
	X, Right, Y float64
}

func rowsOf(tl *status.Timeline) (all []nodeBar) {
	for _, l := range tl.Rows() {
		all = append(all, nodeBar{Name: l.Name, Node: l.Node, PID: l.PID})
	}
	return all
}

// TestClusterIsOneFamily: each task has its own children below it, even if other nodes have the same PIDs.
func TestClusterIsOneFamily(t *testing.T) {
	tl := recorded(t, "cluster")
	p := openPage(t, tl)
	if got := look[[]nodeBar](p, `brood.lives()`); !slices.Equal(got, rowsOf(tl)) {
		t.Errorf("processes %v, want %v", got, rowsOf(tl))
	}
	const tree = `(parent => {
		const below = item => [...item.querySelectorAll(':scope > ul > li')];
		const name = item => item.firstChild.textContent;
		return below(parent).flatMap(task => below(task).map(child => name(task) + ' > ' + name(child)));
	})(document.querySelector('#family > li'))`
	var want []string
	for _, l := range tl.Rows() {
		if l.Parent != nil {
			task := l.Parent
			want = append(want, fmt.Sprintf("%s (%s) %d@%s > %s %d@%s",
				task.Name, task.Task, task.PID, task.Node, l.Name, l.PID, l.Node))
		}
	}
	if got := look[[]string](p, tree); len(want) != 15 || !slices.Equal(got, want) {
		t.Errorf("the tree has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	family := look[string](p, `document.getElementById('family').textContent`)
	for _, said := range []string{
		"copy-5 4720@n2 started by task-2 (4711@n2) at 1.350 s · lost: its node has failed",
		"lost: NODE_FAIL · 1 to be tried again",
	} {
		if !strings.Contains(family, said) {
			t.Errorf("the family does not say %q: %s", said, family)
		}
	}
}

// TestBarsOfACluster: each process has a bar and a row of its own, also if it was lost. With a row for each slot,
// the slots of a node are together and no bar hides another.
func TestBarsOfACluster(t *testing.T) {
	tl := recorded(t, "cluster")
	p := openPage(t, tl)
	v, bars := look[view](p, `brood.view()`), look[[]nodeBar](p, `brood.bars()`)
	for i, l := range tl.Rows() {
		b := bars[i]
		from, to := v.x(micros(tl, l.Asked)), v.x(micros(tl, l.End(tl.End())))
		if b.PID != l.PID || b.Node != l.Node || math.Abs(b.X-from) > 0.5 || math.Abs(b.Right-to) > 0.5 {
			t.Errorf("%s on %s: the bar is %+v, want it from %g to %g", l.Name, l.Node, b, from, to)
		}
	}
	p.put("mode", "slots")
	bars = look[[]nodeBar](p, `brood.bars().slice(0, -1)`)
	slices.SortStableFunc(bars, func(a, b nodeBar) int { return cmp.Or(cmp.Compare(a.Y, b.Y), cmp.Compare(a.X, b.X)) })
	var nodes []string
	for i, b := range bars {
		if i > 0 && bars[i-1].Y == b.Y && (bars[i-1].Right > b.X+1 || bars[i-1].Node != b.Node) {
			t.Errorf("%+v hides %+v", b, bars[i-1])
		}
		nodes = append(nodes, b.Node)
	}
	if got := strings.Join(slices.Compact(nodes), " "); got != "n1 n2 n3" || len(bars) != 20 {
		t.Errorf("the nodes from top to bottom are %s, with %d bars", got, len(bars))
	}
}

// TestDetailsOfACluster: the details, the files and the numbers tell the node of a process.
func TestDetailsOfACluster(t *testing.T) {
	p := openPage(t, recorded(t, "cluster"))
	p.do(chromedp.Focus(chromedp.ID("scroller")))
	for range 5 { // task-1 and its children come first
		p.do(chromedp.KeyEvent(kb.ArrowDown))
	}
	said := look[string](p, `document.getElementById('said').textContent`)
	for _, want := range []string{
		"task-2, PID 4711@n2", "parent MainProcess (100)", "node n2", "task 81_1", "exit lost: NODE_FAIL",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("the details do not say %q: %q", want, said)
		}
	}
	if got := cells(p, 4); got[0] != "n2" || got[1] != "n1" {
		t.Errorf("nodes of the files: %q", got)
	}
	facts := look[string](p, `document.getElementById('facts').textContent`)
	if !strings.Contains(facts, "tasks5nodes3") || !strings.Contains(facts, "children15") {
		t.Errorf("facts %q", facts)
	}
	p.put("at", "240") // 3 s of 12.5
	if got := look[replay](p, `brood.replay()`); got.Running != 5 {
		t.Errorf("%d run after 3 s, want the children and not their tasks", got.Running)
	}
	p.do(chromedp.KeyEvent(kb.Escape), chromedp.Click(chromedp.ID("language")), chromedp.EmulateViewport(360, 740))
	p.until(`brood.view().width <= 340`)
	if width := look[int](p, `document.documentElement.scrollWidth`); width > 360 {
		t.Errorf("the page is %d pixels wide", width)
	}
	got := look[string](p, `document.body.innerText`)
	if strings.Contains(got, "undefined") || strings.Contains(got, "NaN") || !strings.Contains(got, "节点") {
		t.Errorf("the page says %s", got)
	}
}
