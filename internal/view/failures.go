package view

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"brood/internal/event"
	"brood/internal/status"
)

// Advice is what the summary of a run needs to tell what to do about failures.
type Advice struct {
	Columns int    // of the terminal; 0 for any number
	Record  string // the file name of the run's record; "" for none
	Logged  bool   // the log has all failures
	Listed  bool   // the text below has all failures

	first     []status.Failure
	uncounted bool // the run was ended early, and nobody knows how much it did not begin
}

// AdviceOn returns the advice for a run in this state, without the facts that the state lacks.
func AdviceOn(t *status.Totals) Advice {
	_, counted := t.Unbegun()
	return Advice{first: t.Failures, uncounted: !counted}
}

// failures names the first items that failed, one on a line, and says where the others are and how to copy what is
// missing. whole is false if a failure has no line or only a part of it is shown.
func (a Advice) failures(w *strings.Builder, e event.Event, l language) (whole bool) {
	again := a.again(e, l)
	if len(a.first) == 0 && again == "" {
		return true
	}
	w.WriteString("\n")
	if len(a.first) > 0 {
		title := "failed files"
		if len(e.Command) > 0 {
			title = "failed commands"
		}
		w.WriteString(l.say(title) + "\n")
	}
	whole = e.Failed <= len(a.first)
	for _, f := range a.first {
		line, isCut := a.failure(f, l)
		whole = whole && !isCut
		w.WriteString(line + "\n")
	}
	if more := e.Failed - len(a.first); more > 0 {
		w.WriteString("  " + l.say("… and %s more", count(more)) + a.rest(l) + "\n")
	}
	w.WriteString(again)
	return whole
}

// failure returns the line of a failure, and whether something of it was left out.
func (a Advice) failure(f status.Failure, l language) (line string, isCut bool) {
	name, why := quotedName(f.File), plain(l.reason(f.Why))
	if f.Node != "" {
		why += l.say(" (%s)", nameOn(plain(f.Name), f.Node))
	}
	if whole := l.say("  %s: %s", name, why); a.Columns <= 0 || width(whole) <= a.Columns {
		return whole, false
	}
	room := max(a.Columns-width(l.say("  %s: %s", "", "")), 2*leastFile)
	name = shorten(name, max(room-width(why), room/2))
	return cut(l.say("  %s: %s", name, shorten(why, room-width(name))), a.Columns), true
}

// rest tells where the failures are that have no line.
func (a Advice) rest(l language) string {
	switch {
	case a.Listed:
		return ""
	case a.Record != "":
		return l.say(": brood report %s", shellWord(a.Record))
	case a.Logged:
		return l.say(", see the log; with --record FILE, brood report FILE lists them")
	}
	return l.say("; with --record FILE, brood report FILE lists them")
}

// again tells how to copy what is missing. Only a copy can be continued.
func (a Advice) again(e event.Event, l language) string {
	unbegun := a.uncounted || e.Unbegun > 0
	switch {
	case len(e.Command) > 0 || e.Verify || e.DryRun || e.Failed == 0 && !unbegun:
		return ""
	case a.Record == "" || unbegun:
		return l.say("run the same command again to copy what is missing") + "\n"
	}
	return l.say("to copy only these again, with the other flags of this run:") +
		"\n  brood copy --retry-failed " + shellWord(a.Record) + "\n"
}

// shellWord writes a file name as a word of a shell's command line. The reader must know a name that cannot be
// printed.
func shellWord(name string) string {
	const harmless = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%"
	unprintable := func(r rune) bool { return !unicode.IsPrint(r) }
	switch {
	case strings.ContainsFunc(name, unprintable) || !utf8.ValidString(name):
		return "RECORD"
	case strings.HasPrefix(name, "-"): // no flag
		return shellWord("./" + name)
	case strings.Trim(name, harmless) == "":
		return name
	}
	return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
}
