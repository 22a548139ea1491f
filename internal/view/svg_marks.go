package view

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"brood/internal/event"
	"brood/internal/status"
)

// edge is the room right of the last bar, for half the label of a tick.
const edge = 24

// width returns the width of the picture. The marks after the last bars have room.
func (p *picture) width() int {
	widest := float64(p.margin + svgWidth + edge)
	for _, row := range p.rows {
		for n, l := range row.lives {
			if row.next(n) == nil {
				widest = max(widest, p.x(l.End(p.end))+3+textWidth(strings.Join(p.words(l), between))+8)
			}
		}
	}
	return int(widest)
}

// next returns the life after the nth of a row, or nil.
func (b svgBars) next(n int) *status.Life {
	if n+1 < len(b.lives) {
		return b.lives[n+1]
	}
	return nil
}

// textWidth returns at least the width of a text of size 10. The picture cannot know the reader's font.
func textWidth(text string) float64 { return 6 * float64(width(text)) }

// marks draws what happened to a process: its adoption and its signals at their times, and what went wrong behind its
// bar.
func (p *picture) marks(row int, l, next *status.Life) {
	if !l.Adopted.IsZero() {
		x := p.x(l.Adopted)
		fmt.Fprintf(p.w, `<path d="M%.1f %dv%d" stroke="#000" stroke-width="2"/>`+"\n", x, p.y(row), svgRow-4)
		p.adoptions = true
		if p.fits(l) {
			p.mark(x+4, row, p.adopted(l))
		}
	}
	for _, sent := range l.Signals {
		title := fmt.Sprintf(p.language.family.FromKernel, plain(sent.Signal))
		if sent.From != 0 {
			title = fmt.Sprintf(p.language.family.Signalled, plain(sent.Signal), p.who(l, sent.From))
		}
		title = escaped(title)
		fmt.Fprintf(p.w, `<path d="M%.1f %dl-4 -6h8z"><title>%s</title></path>`+"\n", p.x(sent.At), p.y(row)+4, title)
		p.signals = true
	}
	x := p.x(l.End(p.end)) + 3
	words := p.words(l)
	for len(words) > 0 && next != nil && x+textWidth(strings.Join(words, between)) > p.x(next.Asked) {
		words = words[1:] // the failure comes last
	}
	if len(words) > 0 {
		p.mark(x, row, strings.Join(words, between))
	}
}

// mark writes a text that can be read on each bar.
func (p *picture) mark(x float64, row int, text string) {
	fmt.Fprintf(p.w, `<text x="%.1f" y="%d" font-size="10" stroke="#fff" stroke-width="3" paint-order="stroke">%s</text>`+"\n",
		x, p.y(row)+11, escaped(text))
}

// words returns what stands behind the bar of a process.
func (p *picture) words(l *status.Life) (words []string) {
	if !l.Adopted.IsZero() && !p.fits(l) {
		words = append(words, p.adopted(l))
	}
	if l.Failed > 0 || l.Error+l.Lost != "" || l.ExitCode != nil && *l.ExitCode != 0 {
		words = append(words, p.failure(l))
	}
	return words
}

// fits tells whether the bar has room for the name of the adopter.
func (p *picture) fits(l *status.Life) bool {
	return p.x(l.Adopted)+4+textWidth(p.adopted(l)) < p.x(l.End(p.end))
}

func (p *picture) adopted(l *status.Life) string {
	return fmt.Sprintf(p.language.family.Adopted, p.who(l, l.Adopter))
}

// who names a process that did something to this one: its letter in a lesson or a trace, else its PID.
func (p *picture) who(l *status.Life, pid int) string {
	d := drawing{family: &p.t.Family, words: p.language.family}
	if p.t.Run().Works() {
		return stranger(d.family, pid, d.words)
	}
	return d.who(event.Process{Node: l.Node, PID: pid})
}

// failure says in a word or two what went wrong.
func (p *picture) failure(l *status.Life) string {
	switch {
	case l.Error != "":
		return p.language.say("✗ abandoned")
	case l.Lost != "":
		return p.language.say("✗ lost")
	case l.Signal != "":
		return "✗ " + plain(l.Signal)
	case l.ExitCode != nil && *l.ExitCode != 0:
		return fmt.Sprintf("✗ %d", *l.ExitCode)
	}
	return "✗"
}

// axis draws a line at each round time. There are at most eleven.
func (p *picture) axis() {
	total := p.end.Sub(p.begun)
	step := roundStep(max(total, time.Microsecond) / 10)
	unit, name := time.Second, "s"
	switch {
	case total < time.Millisecond:
		unit, name = time.Microsecond, "µs"
	case total < time.Second:
		unit, name = time.Millisecond, "ms"
	}
	places := 0
	for part := step; part%unit != 0; part *= 10 {
		places++
	}
	for at := time.Duration(0); at <= total; at += step {
		x := p.x(p.begun.Add(at))
		label := "0"
		if at > 0 {
			label = strconv.FormatFloat(float64(at)/float64(unit), 'f', places, 64) + " " + name
		}
		fmt.Fprintf(p.w, `<path d="M%.1f %dv%d" stroke="#ddd"/>`+"\n", x, svgTop-6, (len(p.rows)+1)*svgRow+8)
		fmt.Fprintf(p.w, `<text x="%.1f" y="%d" text-anchor="middle" fill="#555">%s</text>`+"\n", x, svgTop-10, label)
	}
}

// roundStep returns the next duration that is 1, 2 or 5 times a power of ten.
func roundStep(least time.Duration) time.Duration {
	for power := time.Duration(1); ; power *= 10 {
		for _, n := range []time.Duration{1, 2, 5} {
			if n*power >= least {
				return n * power
			}
		}
	}
}

// legend explains the colours and the marks that the picture has.
func (p *picture) legend(y int) {
	x := float64(p.margin)
	named := func(name string) {
		p.text(x+14, float64(y), "11", name)
		x += 30 + 7*float64(width(name))
	}
	for _, kind := range p.used {
		fmt.Fprintf(p.w, `<rect x="%.1f" y="%d" width="10" height="10" fill="%s"/>`, x, y-9, phaseColors[kind])
		named(p.language.say(kind))
	}
	if p.signals {
		fmt.Fprintf(p.w, `<path d="M%.1f %dl-4 -6h8z"/>`, x+5, y-1)
		named(p.language.say("a signal"))
	}
	if p.adoptions {
		fmt.Fprintf(p.w, `<path d="M%.1f %dv12" stroke="#000" stroke-width="2"/>`, x+5, y-10)
		named(p.language.say("an adoption"))
	}
}
