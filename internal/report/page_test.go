package report_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"brood/internal/event"
)

// cells returns the texts of a column of the table.
func cells(p *tab, column int) []string {
	p.t.Helper()
	const all = `[...document.querySelectorAll('#rows tr:not(.space) td:nth-child(%d)')]`
	return look[[]string](p, fmt.Sprintf(all+`.map(cell => cell.textContent)`, column))
}

// TestFilesAreSortedAndFiltered: a reader can sort and filter the files.
func TestFilesAreSortedAndFiltered(t *testing.T) {
	tl := recorded(t, "copy")
	p := openPage(t, tl)
	if got := look[[]string](p, `brood.shown()`); len(got) != len(tl.Files) || got[0] != tl.Files[0].Name {
		t.Errorf("at first %q", got)
	}
	bytesHead := chromedp.CSS("#columns th:nth-child(4) button")
	p.do(chromedp.Click(bytesHead), chromedp.Click(bytesHead))
	if got := cells(p, 1)[0]; got != "clips/clip-8.mov" {
		t.Errorf("%q is the biggest", got)
	}
	sorted := look[string](p, `document.querySelector('#columns th:nth-child(4)').getAttribute('aria-sort')`)
	if sorted != "descending" {
		t.Errorf("sorted %q", sorted)
	}
	p.do(chromedp.Click(chromedp.CSS("#columns th:nth-child(1) button")))
	if got := cells(p, 1)[:3]; !slices.Equal(got, []string{".", "clips", "clips/clip-1.mov"}) {
		t.Errorf("by name %q", got)
	}
	p.do(chromedp.SendKeys(chromedp.CSS("#filter"), "STILL-"))
	if got := cells(p, 1); len(got) != 4 {
		t.Errorf("filtered by STILL-: %q", got)
	}
	p.put("filter", "")
	p.put("outcome", "failed")
	if got := cells(p, 1); !slices.Equal(got, []string{"clips/clip-3.mov"}) {
		t.Errorf("failed: %q", got)
	}
	if why := cells(p, 7); !slices.Equal(why, []string{"rename: is a directory"}) {
		t.Errorf("failed because of %q", why)
	}
	p.do(chromedp.Click(chromedp.CSS("#rows td")))
	if got := look[int](p, `brood.selected()`); got != tl.Files[0].Life.PID {
		t.Errorf("the row selects the child %d, want %d", got, tl.Files[0].Life.PID)
	}
}

// TestManyFilesAreScrolled: only visible rows exist, and a reader can scroll to each row.
func TestManyFilesAreScrolled(t *testing.T) {
	p := openPage(t, manyChildren(10000))
	t.Logf("10,000 children are drawn after %.0f ms", look[float64](p, `brood.drawn`))
	if n := look[int](p, `document.querySelectorAll('#rows tr').length`); n > 100 {
		t.Errorf("%d rows exist", n)
	}
	look[int](p, `document.getElementById('table').scrollTop = 1e7`)
	p.until(`document.querySelector('#rows').textContent.includes('clip-of-the-day-09999.mov')`)
	p.put("mode", "each")
	look[int](p, `document.getElementById('scroller').scrollTop = 1e7`)
	p.until(`brood.bars().some(bar => bar.name === 'copy-10000')`)
	if n := look[int](p, `brood.bars().length`); n > 200 {
		t.Errorf("%d bars are drawn where a few rows are seen", n)
	}
}

type replay struct {
	Playing        bool
	At, End        float64
	Files, Running int
}

// TestReplay: the replay shows the bars and the counters of each moment, up to the end of the run.
func TestReplay(t *testing.T) {
	tl := recorded(t, "copy")
	p := openPage(t, tl)
	p.put("at", "400")
	got, moment := look[replay](p, `brood.replay()`), 0.4*float64(micros(tl, tl.End()))
	var running, files, begun int
	for _, l := range tl.Lives {
		if float64(micros(tl, l.Asked)) <= moment {
			begun++
		}
		if float64(micros(tl, l.Started)) <= moment && float64(micros(tl, l.Ended)) > moment {
			running++
		}
	}
	for _, f := range tl.Files {
		if f.Outcome == event.Copied && float64(micros(tl, f.To)) <= moment {
			files++
		}
	}
	if got.Running != running || got.Files != files || got.Playing || running == 0 || files == 0 {
		t.Errorf("%+v, want %d files and %d running", got, files, running)
	}
	bars := look[[]bar](p, `brood.bars()`)
	if len(bars) != begun+1 {
		t.Errorf("%d bars, want %d and the bar of the parent", len(bars), begun)
	}
	p.put("speed", "5")
	p.do(chromedp.Click(chromedp.ID("play")))
	p.until(fmt.Sprintf(`brood.replay().at > %f`, moment))
	p.until(`!brood.replay().playing`)
	if got := look[replay](p, `brood.replay()`); got.At != got.End || got.Files != tl.Run().Files || got.Running != 0 {
		t.Errorf("at last %+v", got)
	}
	counters := look[string](p, `document.getElementById('counters').textContent`)
	if !strings.Contains(counters, fmt.Sprintf("%d files", tl.Run().Files)) {
		t.Errorf("counters %q", counters)
	}
}

// TestKeysMoveAlongTheTimeLine: the keyboard can do what the mouse can.
func TestKeysMoveAlongTheTimeLine(t *testing.T) {
	tl := recorded(t, "orphan")
	p := openPage(t, tl)
	whole := look[view](p, `brood.view()`)
	p.do(chromedp.Focus(chromedp.ID("scroller")))
	p.do(chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowRight))
	if got, want := look[int](p, `brood.selected()`), tl.Lives[2].PID; got != want {
		t.Errorf("selected %d, want %d", got, want)
	}
	said := look[string](p, `document.getElementById('said').textContent`)
	if !strings.Contains(said, "Process-1:1") || !strings.Contains(said, "adopted") {
		t.Errorf("the details are %q", said)
	}
	if look[bool](p, `document.getElementById('tip').hidden`) {
		t.Error("no details are shown")
	}
	p.do(chromedp.KeyEvent("+"), chromedp.KeyEvent("+"))
	near := look[view](p, `brood.view()`)
	if near.To-near.From > (whole.To-whole.From)/2 {
		t.Errorf("zoomed from %+v to %+v", whole, near)
	}
	p.do(chromedp.KeyEvent(kb.ArrowRight, chromedp.KeyModifiers(kb.ModifierShift)))
	if moved := look[view](p, `brood.view()`); moved.From <= near.From {
		t.Errorf("moved from %+v to %+v", near, moved)
	}
	p.do(chromedp.KeyEvent(kb.Home), chromedp.KeyEvent(kb.Escape))
	if got := look[view](p, `brood.view()`); got != whole {
		t.Errorf("Home shows %+v, want %+v", got, whole)
	}
	if look[bool](p, `brood.selected() !== null`) {
		t.Error("Escape leaves a bar selected")
	}
}

// TestPointerMovesAlongTheTimeLine: the wheel zooms, dragging moves, and a bar shows its details.
func TestPointerMovesAlongTheTimeLine(t *testing.T) {
	tl := recorded(t, "copy")
	p := openPage(t, tl)
	p.do(chromedp.ScrollIntoView(chromedp.ID("plot")))
	const corner = `(({ x, y }) => ({ x, y }))(document.getElementById('scroller').getBoundingClientRect())`
	box := look[struct{ X, Y float64 }](p, corner)
	x, y := box.X+600, box.Y+100
	whole := look[view](p, `brood.view()`)
	p.do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseWheel, x, y, func(e *input.DispatchMouseEventParams) {
		e.Modifiers, e.DeltaX, e.DeltaY = int64(kb.ModifierCtrl), 0.01, -400 // JSON would omit 0
	}))
	p.until(fmt.Sprintf(`brood.view().to - brood.view().from < %f`, (whole.To-whole.From)/2))
	near := look[view](p, `brood.view()`)
	p.do(chromedp.DragAndDropXY(x, y, x-200, y))
	if moved := look[view](p, `brood.view()`); moved.From <= near.From {
		t.Errorf("dragged from %+v to %+v", near, moved)
	}
	p.do(chromedp.Click(chromedp.ID("fit")))
	first := look[[]bar](p, `brood.bars()`)[0]
	p.do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, box.X+first.X+3, box.Y+56))
	p.until(`document.getElementById('tip').textContent.includes('copy-1')`)
}

// TestHostileNamesAreText: the page shows hostile names as text and never runs them.
func TestHostileNamesAreText(t *testing.T) {
	tl := hostileRun()
	p := openPage(t, tl)
	p.do(chromedp.Focus(chromedp.ID("scroller")))
	for _, l := range tl.Lives {
		p.do(chromedp.KeyEvent(kb.ArrowRight))
		if got := look[int](p, `brood.selected()`); got != l.PID {
			t.Fatalf("selected %d, want %d", got, l.PID)
		}
	}
	p.do(chromedp.Click(chromedp.CSS("#rows td")), chromedp.SendKeys(chromedp.ID("filter"), "<script>"))
	p.do(chromedp.Click(chromedp.ID("language")))
	if look[bool](p, `'hacked' in window`) {
		t.Error("a name was run")
	}
	if n := look[int](p, `document.scripts.length + document.images.length + document.links.length`); n != 2 {
		t.Errorf("%d scripts, images and links, want the page's 2", n)
	}
	p.put("filter", "")
	names := cells(p, 1)
	for i, h := range hostile {
		if names[i] != h.shown {
			t.Errorf("%s: %q is shown as %s, want %s", h.what, h.name, names[i], h.shown)
		}
	}
}

// TestLanguagesAndColours: a reader can change both.
func TestLanguagesAndColours(t *testing.T) {
	p := openPage(t, recorded(t, "killed"))
	title := func() string { return look[string](p, `document.getElementById('h-line').textContent`) }
	if got := title(); got != "Time line" {
		t.Errorf("in English %q", got)
	}
	p.do(chromedp.Click(chromedp.ID("language")))
	if got := title(); got != "时间线" || look[string](p, `document.documentElement.lang`) != "zh-CN" {
		t.Errorf("in Chinese %q", got)
	}
	ground := func() string { return look[string](p, `getComputedStyle(document.body).backgroundColor`) }
	before := ground()
	p.do(chromedp.Click(chromedp.ID("theme")))
	if after := ground(); after == before {
		t.Errorf("the ground is %s in both themes", after)
	}
	got := look[string](p, `document.body.innerText`)
	if strings.Contains(got, "undefined") || strings.Contains(got, "NaN") {
		t.Errorf("the page says %s", got)
	}
}

// TestNarrowScreens: on a small telephone only the table scrolls sideways.
func TestNarrowScreens(t *testing.T) {
	p := openPage(t, recorded(t, "copy"))
	p.do(chromedp.EmulateViewport(360, 740))
	p.until(`brood.view().width <= 340`)
	if width := look[int](p, `document.documentElement.scrollWidth`); width > 360 {
		t.Errorf("the page is %d pixels wide", width)
	}
}

// TestPaper: paper shows the whole run in light colours. Afterwards the page looks as before.
func TestPaper(t *testing.T) {
	p := openPage(t, recorded(t, "copy"))
	p.do(chromedp.Click(chromedp.ID("theme")), chromedp.Focus(chromedp.ID("scroller")), chromedp.KeyEvent("+"))
	themeOf := func() string { return look[string](p, `document.documentElement.dataset.theme`) }
	before, theme := look[view](p, `brood.view()`), themeOf()
	look[bool](p, `window.dispatchEvent(new Event('beforeprint'))`)
	if v := look[view](p, `brood.view()`); v.From > 0 || v.To < look[replay](p, `brood.replay()`).End {
		t.Errorf("on paper %+v", v)
	}
	if got := themeOf(); got != "light" {
		t.Errorf("paper is %s", got)
	}
	look[bool](p, `window.dispatchEvent(new Event('afterprint'))`)
	after := look[view](p, `brood.view()`)
	if after != before || themeOf() != theme {
		t.Errorf("%+v and then %+v", before, after)
	}
}
