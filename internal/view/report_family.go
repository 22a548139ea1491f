package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"brood/internal/status"
)

// called returns the name of a process. In a lesson and a trace its letter comes first, as in the family.
func called(t *status.Timeline, l *status.Life) string {
	if t.Run().Works() {
		return plain(l.Name)
	}
	return l.Member.Letter + " " + plain(l.Name)
}

// children draws the parent, its children, and the children of its tasks. Of many it draws the
// children in trouble, then the longest lives.
func (r *report) children() {
	r.heading(r.language.say("family"))
	parent, words := r.t.Parent, r.language.family
	starter := fmt.Sprintf(words.Somebody, parent.PPID)
	r.line(fmt.Sprintf("%d %s  %s", parent.PID, parent.Name, fmt.Sprintf(words.Started, starter)))
	tree := lifeTree{all: map[*status.Life][]*status.Life{}, shown: map[*status.Life][]*status.Life{}}
	for _, l := range r.t.Lives {
		tree.all[l.Parent] = append(tree.all[l.Parent], l)
	}
	for _, l := range r.notable() {
		tree.shown[l.Parent] = append(tree.shown[l.Parent], l)
	}
	r.below(tree, nil, "", 1)
}

// lifeTree has the children of each process. Those of nil are the parent's.
type lifeTree struct {
	all   map[*status.Life][]*status.Life
	shown map[*status.Life][]*status.Life
}

// below draws the children of a process, with the prefix stem before each line.
func (r *report) below(tree lifeTree, of *status.Life, stem string, depth int) {
	shown := tree.shown[of]
	more := len(tree.all[of]) - len(shown)
	if depth > r.mostDepth() {
		shown, more = nil, countBelow(tree.all, of)
	}
	for i, l := range shown {
		branch, next := "├─ ", "│  "
		if i == len(shown)-1 && more == 0 {
			branch, next = "└─ ", "   "
		}
		r.life(l, stem+branch)
		r.below(tree, l, stem+next, depth+1)
	}
	if more > 0 {
		r.line(stem + "└─ " + r.language.say("… and %s more", count(more)))
	}
}

// mostDepth leaves some columns for the text of the last generation.
func (r *report) mostDepth() int {
	const stem, room = 3, 24
	return min(mostDepth, max(1, (r.columns-room)/stem))
}

func (r *report) life(l *status.Life, branch string) {
	said := []string{fmt.Sprintf("%s–%s s", r.since(l.Started), r.since(l.End(r.end)))}
	if l.Items > 1 {
		said = append(said, r.language.say("%s files", count(l.Items)))
	}
	name := plain(l.Name)
	if l.Task != "" {
		name += " (" + plain(l.Task) + ")"
	}
	said = append(said, r.lifeEnd(l)...)
	line := branch + fmt.Sprintf("%s %s  %s", pidOn(l.PID, l.Node), name, strings.Join(said, " · "))
	if room := r.columns - width(line) - len(" · "); room >= leastFile {
		line += " · " + shorten(quotedName(l.File), room)
	}
	r.line(line)
}

// lifeEnd tells how a process went and ended.
func (r *report) lifeEnd(l *status.Life) (said []string) {
	say, words := r.language.say, r.language.family
	if l.Lost != "" {
		said = append(said, fmt.Sprintf(words.Lost, plain(r.language.reason(l.Lost))))
	}
	if l.Failed > 0 {
		said = append(said, say("%s failed", count(l.Failed)))
	}
	if l.Retried > 0 {
		said = append(said, say("%s to be tried again", count(l.Retried)))
	}
	switch {
	case l.Error != "":
		said = append(said, say("abandoned: %s", plain(r.language.reason(l.Error))))
	case l.Lost != "":
	case l.ExitCode == nil:
		said = append(said, say("no end in the record"))
	case l.Signal != "":
		said = append(said, words.killed(l.Signal, *l.ExitCode))
	default:
		said = append(said, fmt.Sprintf(words.Exited, *l.ExitCode))
	}
	return said
}

// notable returns the lives to list, in the order of their start, and with each life its parents.
func (r *report) notable() []*status.Life {
	if len(r.t.Lives) <= mostLives {
		return r.t.Lives
	}
	ranked := slices.Clone(r.t.Lives)
	trouble := func(l *status.Life) bool { return l.ExitCode == nil || *l.ExitCode != 0 || l.Failed+l.Retried > 0 }
	slices.SortStableFunc(ranked, func(a, b *status.Life) int {
		if trouble(a) != trouble(b) {
			if trouble(a) {
				return -1
			}
			return 1
		}
		return cmp.Compare(b.End(r.end).Sub(b.Started), a.End(r.end).Sub(a.Started))
	})
	chosen := ranked[:mostLives]
	isChosen := map[*status.Life]bool{}
	for _, l := range chosen {
		isChosen[l] = true
	}
	for _, l := range ranked[:mostLives] {
		for p := l.Parent; p != nil && !isChosen[p]; p = p.Parent {
			isChosen[p] = true
			chosen = append(chosen, p)
		}
	}
	slices.SortStableFunc(chosen, func(a, b *status.Life) int { return a.Started.Compare(b.Started) })
	return chosen
}
