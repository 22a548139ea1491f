package view

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"brood/internal/event"
	"brood/internal/status"
)

// phaseColors can be distinguished by colour-blind readers, too (Okabe and Ito).
var phaseColors = map[string]string{
	status.Running: "#0072b2", event.Waiting: "#bbbbbb", event.Syncing: "#56b4e9", event.Verifying: "#009e73",
	status.Task: "#555577", status.Zombie: "#777777", status.Silent: "#f0e442", status.Stopped: "#e69f00",
	status.Stalled: "#d55e00", status.Starting: "#cc79a7",
}

const (
	svgWidth = 1000
	svgRow   = 18
	svgTop   = 46
	mostRows = 120

	titleColumns = 100 // of a command line in the title
)

// SVG draws the time line of a run as one picture, for slides and papers. It has a row for each process, or for
// each slot of each machine if there are more than 120 processes. lang is "zh" for Chinese, else English.
func SVG(w io.Writer, t *status.Timeline, lang string) error {
	out := bufio.NewWriter(w)
	p := picture{w: out, t: t, language: languageOf(lang), begun: t.Parent.Asked, end: t.End(), margin: 150}
	if t.Run().Nodes > 0 {
		p.margin = 230
	}
	p.rows = p.rowsOf()
	p.draw()
	return out.Flush()
}

type picture struct {
	w          *bufio.Writer
	t          *status.Timeline
	language   language
	begun, end time.Time
	margin     int // width of the labels before the bars
	rows       []svgBars
	used       []string // kinds of phases

	signals, adoptions bool // the picture has one
}

// svgBars is a row of the picture.
type svgBars struct {
	label string
	lives []*status.Life
}

func (p *picture) rowsOf() (rows []svgBars) {
	if len(p.t.Lives) <= mostRows {
		for _, l := range p.t.Rows() {
			indent := ""
			if l.Node != "" && l.Task == "" {
				indent = "\u2003" // XML readers collapse plain spaces
			}
			label := indent + pidOn(l.PID, l.Node) + " " + plain(l.Name)
			if !p.t.Run().Works() {
				label = l.Member.Letter + " " + label
			}
			rows = append(rows, svgBars{label, []*status.Life{l}})
		}
		return rows
	}
	for _, lane := range p.t.Lanes() {
		label := ""
		if lane.Tasks {
			label = plain(lane.Node)
		}
		rows = append(rows, svgBars{label, lane.Lives})
	}
	return rows[:min(len(rows), mostRows)]
}

func (p *picture) draw() {
	height := svgTop + (len(p.rows)+1)*svgRow + 44
	lang := ""
	if p.language.tag != "" {
		lang = fmt.Sprintf(` xml:lang="%s"`, p.language.tag)
	}
	fmt.Fprintf(p.w, `<svg xmlns="http://www.w3.org/2000/svg"%s viewBox="0 0 %d %d"`, lang, p.width(), height)
	fmt.Fprintln(p.w, ` font-family="sans-serif" font-size="11">`)
	fmt.Fprintf(p.w, `<rect width="100%%" height="100%%" fill="#fff"/>`+"\n")
	p.text(8, 20, "13", p.title())
	p.axis()
	p.label(0, fmt.Sprintf("%d %s", p.t.Parent.PID, p.t.Parent.Name))
	p.bar(0, "#333", p.t.Parent.Started, p.t.Parent.End(p.end), "")
	for i, row := range p.rows {
		if row.label != "" {
			p.label(i+1, row.label)
		}
		for _, l := range row.lives {
			for _, f := range l.Spans(p.end) {
				p.phase(i+1, f, l)
			}
		}
		for n, l := range row.lives { // after all bars, since the next bar may be close
			p.marks(i+1, l, row.next(n))
		}
	}
	p.legend(height - 14)
	fmt.Fprintln(p.w, `</svg>`)
}

func (p *picture) title() string {
	run, seconds := p.t.Run(), p.end.Sub(p.begun).Seconds()
	if !run.Works() {
		title := p.language.say("%.3f s, %s", seconds, p.language.processes(len(p.t.Lives)))
		name := CommandLine(run.Traced)
		if run.Lesson != "" {
			name = p.language.say("lesson %s", plain(run.Lesson))
		}
		if name != "" {
			return p.language.say("%s: %s", shorten(name, titleColumns), title)
		}
		return title
	}
	title := p.language.say("%s: %s files, %s in %.3f s, %s children", head(run.Finished(p.end), p.language),
		count(run.Files), Bytes(run.Bytes), seconds, count(run.Children))
	if run.Tasks > 0 {
		tasks, nodes := p.language.plural(run.Tasks, "task"), p.language.plural(run.Nodes, "node")
		title += p.language.say(" of %s on %s", tasks, nodes)
	}
	return title
}

func (p *picture) phase(row int, f status.Phase, l *status.Life) {
	kind := f.Kind
	color, ok := phaseColors[kind]
	if !ok {
		kind, color = status.Running, phaseColors[status.Running]
	}
	name := strings.TrimSpace(plain(l.Name) + " " + plain(l.File))
	title := p.language.say("%s: %s, %.3f s", name, p.language.say(kind), f.To.Sub(f.From).Seconds())
	if p.bar(row, color, f.From, f.To, title) {
		p.use(kind)
	}
}

func (p *picture) use(kind string) {
	if !slices.Contains(p.used, kind) {
		p.used = append(p.used, kind)
	}
}

// bar draws a bar, unless it is too short to see.
func (p *picture) bar(row int, color string, from, to time.Time, title string) bool {
	x, width := p.x(from), p.x(to)-p.x(from)
	if width < 0.2 {
		return false
	}
	fmt.Fprintf(p.w, `<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="%s">`, x, p.y(row), width, svgRow-4, color)
	if title != "" {
		fmt.Fprintf(p.w, `<title>%s</title>`, escaped(title))
	}
	fmt.Fprintln(p.w, `</rect>`)
	return true
}

func (p *picture) x(at time.Time) float64 {
	total := max(p.end.Sub(p.begun), time.Microsecond)
	since := max(at.Sub(p.begun), 0) // the clock of a node may be slow
	return float64(p.margin) + svgWidth*float64(since)/float64(total)
}

func (p *picture) y(row int) int { return svgTop + row*svgRow }

func (p *picture) label(row int, text string) {
	p.text(8, float64(p.y(row)+11), "11", cut(text, p.margin*22/150))
}

func (p *picture) text(x, y float64, size, text string) {
	fmt.Fprintf(p.w, `<text x="%.1f" y="%.1f" font-size="%s">%s</text>`+"\n", x, y, size, escaped(text))
}

// escaped returns the text as XML can hold it. Characters that XML cannot hold become U+FFFD (XML 1.0, "Characters").
// encoding/xml does the same, but each child would make its table of entities at the start.
func escaped(text string) string {
	special := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;",
		"\t", "&#x9;", "\n", "&#xA;", "\r", "&#xD;")
	return special.Replace(strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == '\ufffe' || r == '\uffff' {
			return '\ufffd'
		}
		return r
	}, text))
}
