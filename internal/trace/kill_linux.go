//go:build amd64 || arm64

package trace

import (
	"fmt"
	"strconv"

	"golang.org/x/sys/unix"

	"brood/internal/event"
	"brood/internal/machine"
)

// A process that is killed does not stop at SIGKILL. So the tracer notes at a kill whom it is for, and tells of it when
// the kill has returned, or earlier when the process has ended.

// kills is a call that sends SIGKILL.
type kills struct{ sender, to *process }

// beforeCall notes for whom the SIGKILL of a call is.
func (t *Tracer) beforeCall(sender *process, c call) {
	first := int(int32(c.args[0]))
	var to []*process
	switch c.number {
	case unix.SYS_KILL, unix.SYS_RT_SIGQUEUEINFO, unix.SYS_TGKILL:
		to = t.meant(sender, first)
	case unix.SYS_TKILL:
		if th := t.threads[first]; th != nil {
			to = []*process{th.of}
		}
	case unix.SYS_PIDFD_SEND_SIGNAL:
		file := fmt.Sprintf("/proc/%d/fdinfo/%d", sender.pid, first)
		if text, err := machine.ReadFile(file); err == nil {
			pid, _ := strconv.Atoi(machine.Word(text, "Pid:"))
			to = t.meant(sender, max(pid, 1)) // 0 and less have no meaning here
		}
	}
	for _, p := range to {
		t.kills = append(t.kills, kills{sender, p})
	}
}

// meant returns the processes that the first argument of kill(2) means, zombies too.
func (t *Tracer) meant(sender *process, pid int) (all []*process) {
	for _, p := range t.processes {
		var meant bool
		switch {
		case pid > 0:
			meant = p.pid == pid
		case pid == 0:
			meant = p.group == sender.group
		case pid == -1:
			meant = p != sender
		default:
			meant = p.group == -pid
		}
		if meant {
			all = append(all, p)
		}
	}
	return all
}

// killed tells what a call has done that sends SIGKILL, unless it has failed.
func (t *Tracer) killed(sender *process, done bool) {
	kept := t.kills[:0]
	for _, k := range t.kills {
		switch {
		case k.sender != sender:
			kept = append(kept, k)
		case done:
			t.tell(k)
		}
	}
	t.kills = kept
}

// tellKill tells who killed a process that has ended.
func (t *Tracer) tellKill(p *process) {
	for i, k := range t.kills {
		if k.to == p {
			t.kills = append(t.kills[:i], t.kills[i+1:]...)
			t.tell(k)
			return
		}
	}
}

func (t *Tracer) tell(k kills) {
	t.emit(event.Event{
		Kind: event.Signalled, Name: k.to.name, PID: k.to.pid, Sender: k.sender.pid, Signal: signalName(unix.SIGKILL),
	})
}
