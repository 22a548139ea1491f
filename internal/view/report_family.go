package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"brood/internal/status"
)

// children are the parent, its children and, of those that are tasks, theirs; of many
// those that had trouble and those that lived longest.
func (r *report) children(words FamilyWords) {
	r.heading("family")
	who := func(pid int) string { return fmt.Sprintf(words.Somebody, pid) }
	r.line(fmt.Sprintf("%d %s  %s", r.t.Parent.PID, r.t.Parent.Name, fmt.Sprintf(words.Started, who(r.t.Parent.PPID))))
	tree := lifeTree{words: words, all: map[*status.Life][]*status.Life{}, shown: map[*status.Life][]*status.Life{}}
	for _, l := range r.t.Lives {
		tree.all[l.Parent] = append(tree.all[l.Parent], l)
	}
	for _, l := range r.notable() {
		tree.shown[l.Parent] = append(tree.shown[l.Parent], l)
	}
	r.below(tree, nil, "", 1)
}

// lifeTree is what there is below each process; nil is the parent of all.
type lifeTree struct {
	words FamilyWords
	all   map[*status.Life][]*status.Life
	shown map[*status.Life][]*status.Life
}

// below draws what a process has started; stem is what stands before it.
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
		r.life(l, stem+branch, tree.words)
		r.below(tree, l, stem+next, depth+1)
	}
	if more > 0 {
		r.line(fmt.Sprintf("%s└─ … and %s more", stem, count(more)))
	}
}

// mostDepth leaves some columns for what is said of the last generation.
func (r *report) mostDepth() int {
	const stem, room = 3, 24
	return min(mostDepth, max(1, (r.columns-room)/stem))
}

func (r *report) life(l *status.Life, branch string, words FamilyWords) {
	said := []string{fmt.Sprintf("%s–%s s", r.since(l.Started), r.since(l.End(r.end)))}
	if l.Files > 1 {
		said = append(said, count(l.Files)+" files")
	}
	name := plain(l.Name)
	if l.Task != "" {
		name += " (" + plain(l.Task) + ")"
	}
	line := branch + fmt.Sprintf("%s %s  %s", pidOn(l.PID, l.Node), name, strings.Join(append(said, lifeEnd(l, words)...), " · "))
	if room := r.columns - width(line) - len(" · "); room >= leastFile {
		line += " · " + shorten(quotedName(l.File), room)
	}
	r.line(line)
}

// lifeEnd is how a life went and ended.
func lifeEnd(l *status.Life, words FamilyWords) (said []string) {
	if l.Lost != "" {
		said = append(said, fmt.Sprintf(words.Lost, plain(l.Lost)))
	}
	if l.Failed > 0 {
		said = append(said, count(l.Failed)+" failed")
	}
	if l.Retried > 0 {
		said = append(said, count(l.Retried)+" to be tried again")
	}
	switch {
	case l.Error != "":
		said = append(said, "abandoned: "+plain(l.Error))
	case l.Lost != "":
	case l.ExitCode == nil:
		said = append(said, "no end in the record")
	case l.Signal != "":
		said = append(said, fmt.Sprintf(words.Killed, plain(l.Signal), *l.ExitCode))
	default:
		said = append(said, fmt.Sprintf(words.Exited, *l.ExitCode))
	}
	return said
}

// notable are the lives to be listed, each below its parent, in the order of their start.
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
