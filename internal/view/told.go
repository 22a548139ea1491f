package view

import (
	"strings"

	"brood/internal/event"
	"brood/internal/status"
)

// Told says in a sentence what an event of a traced program means, and in another what may come next. The family has
// taken the event already. It returns "" for an event that is not about a process.
func Told(f *status.Family, e event.Event, lang string) string {
	m := f.Of(e.Process())
	if m == nil {
		return ""
	}
	t := telling{language: languageOf(lang), family: f, event: e, member: m}
	return t.sentence()
}

type telling struct {
	language
	family *status.Family
	event  event.Event
	member *status.Member
}

func (t telling) sentence() string {
	e, who := t.event, t.member.Letter
	switch e.Kind {
	case event.Started:
		return t.started()
	case event.Executed:
		return t.say("%s executes %s. It stays the same process, with the same PID, but its memory is new.", who, t.command())
	case event.Signalled:
		return t.signalled()
	case event.Stopped:
		return t.say("%s is stopped. It does nothing until SIGCONT; of the other signals only SIGKILL has an effect now.", who)
	case event.Continued:
		return t.say("%s goes on.", who)
	case event.Zombie:
		return t.zombie()
	case event.Exited:
		if t.member.Zombie() {
			return t.say("%s is gone: %s has reaped it.", who, t.who(e.PPID))
		}
		return t.ended() + " " + t.say("%s has reaped it at once, so it is gone.", t.who(e.PPID))
	case event.Adopted:
		return t.say("The parent of %s has ended. %s has adopted it, and is its parent now.", who, t.who(e.PPID))
	case event.Session:
		return t.say("%s leads a session of its own now. It has no terminal, so Ctrl-C does not reach it.", who)
	case event.Grouped:
		if e.Group == e.PID {
			return t.say("%s leads a process group of its own now. A signal to the group reaches its later children too.", who)
		}
		return t.say("%s is in the process group of %s now.", who, t.who(e.Group))
	case event.Subreaper:
		return t.say("%s asks for the orphans among its descendants. From now on it adopts them.", who)
	}
	return ""
}

func (t telling) started() string {
	m, starter := t.member, t.family.StarterOf(t.member)
	switch {
	case starter == nil:
		return t.say("%s begins: %s.", m.Letter, t.command())
	case t.event.Method == "vfork":
		return t.say("%s has started %s by vfork. They share their memory, and %s waits until %s executes a program or ends.",
			starter.Letter, m.Letter, starter.Letter, m.Letter)
	}
	return t.say("%s has started %s by fork. %s is a copy of it. Both go on, and nobody knows which one is faster.",
		starter.Letter, m.Letter, m.Letter)
}

func (t telling) signalled() string {
	e := t.event
	said := t.say("%s gets %s from %s.", t.member.Letter, e.Signal, t.who(e.Sender))
	switch e.Signal {
	case "SIGKILL":
		return said + " " + t.say("Nothing can prevent its end.")
	case "SIGSTOP":
		return said + " " + t.say("Nothing can prevent its stop.")
	case "SIGCONT", "SIGCHLD":
		return said
	}
	return said + " " + t.say("It may have a handler for that, or ignore it.")
}

func (t telling) zombie() string {
	return t.ended() + " " + t.say("It is a zombie until %s waits for it.", t.who(t.event.PPID))
}

func (t telling) ended() string {
	m := t.member
	if m.Signal != "" {
		return t.say("%s has ended: killed by %s.", m.Letter, m.Signal)
	}
	return t.say("%s has ended with exit code %d.", m.Letter, *m.ExitCode)
}

func (t telling) command() string {
	words := make([]string, len(t.event.Command))
	for i, word := range t.event.Command {
		words[i] = plain(word)
	}
	return shorten(strings.Join(words, " "), 60)
}

// who returns the letter of a process, or how a stranger is called.
func (t telling) who(pid int) string {
	if m := t.family.Of(event.Process{PID: pid}); m != nil {
		return m.Letter
	}
	if pid == 0 {
		return t.say("the kernel")
	}
	return stranger(t.family, pid, t.language.family)
}
