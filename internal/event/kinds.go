package event

import "strings"

// Format is the row of a kind in Kinds. Every event has a time and a kind beside these fields.
type Format struct {
	Kind     Kind
	When     string   // when it is emitted, in plain sentences
	Required []string // JSON names of fields that each event of the kind has
	Optional []string // JSON names of fields that it may have
	OneOf    []string // each event has at least one of these optional fields; nil without such a rule
}

// Kinds returns the table of kinds: when each one is emitted, and which fields it has. An event has no other field.
func Kinds() []Format {
	rows := []struct {
		kind                            Kind
		when, required, optional, oneOf string
	}{
		{Begun,
			"The run begins. It is the first event of a record.",
			"pid version", "name ppid source sources dest slots auto hash dry_run verify node task file items size command", ""},
		{Limited,
			"There is room for fewer children at once than the user wants.",
			"reason", "slots asked node", ""},
		{Adjusted,
			"The number of slots changes: with `--jobs auto` to the best known number, or to another that is tried; " +
				"by `brood limit` to what a user wants.",
			"slots reason", "trying asked node", ""},
		{Measured,
			"The work has been counted, because a view or a flag needs the totals.",
			"", "items size", ""},
		{Submitted,
			"An array of tasks was handed to the cluster.",
			"array tasks", "items size", ""},
		{Pending,
			"Tasks wait for the cluster. Without `tasks`, the reason is a message about the cluster.",
			"reason", "tasks", ""},
		{Planned,
			"A dry run would copy a file, or repair it (`reason`), or run a command.",
			"file", "size reason command", ""},
		{Started,
			"A child, a task, or a process of a lesson or of a traced program has started.",
			"name pid ppid", "file items duration command inputs seq method node task", ""},
		{Retried,
			"An item will be tried again. Without `attempt`, there was no room for a child, at its start or later.",
			"error", "name pid file attempt delay node task", ""},
		{Silent,
			"A child has made no progress for some seconds (`reason`: `no progress` or `stopped`). It goes on.",
			"name pid file reason", "duration state wchan node", ""},
		{Stalled,
			"An item makes no progress or takes too long, so its child is ended.",
			"name pid file reason", "state wchan node", ""},
		{Progress,
			"A child has got further with its file. The parent reads this five times a second from memory that it " +
				"shares with its children, and emits it for up to 50 files that have moved. On Windows, and for " +
				"the one file of a child up to 1 MiB without a rate, the child emits it, at most five times a second.",
			"name pid file", "bytes size phase node", ""},
		{Copied,
			"A file is complete at the destination.",
			"name pid file", "bytes method hash digest resumed retries lost node", ""},
		{Linked,
			"A symlink or a hard link (`method`) is there.",
			"name pid file", "method lost node", ""},
		{Made,
			"A folder is there with its mode and times, or a named pipe or a device.",
			"name pid file", "lost node", ""},
		{Verified,
			"A file that was there before has the same contents on both sides.",
			"name pid file", "bytes hash digest lost node", ""},
		{Ran,
			"A command has ended, and its exit code means success.",
			"name pid file", "node seq", ""},
		{Differs,
			"An item is not the same on both sides. The `reason` is `missing`, `extra`, `other kind`, `other size`, " +
				"`other contents` or `other target`.",
			"file reason", "name pid", ""},
		{Skipped,
			"An item was not copied, or only repaired, or its command was not run again, or a folder of items could not be " +
				"read (`reason`).",
			"file reason", "name pid lost node inputs", ""},
		{Failed,
			"An item could not be copied or compared, or its command has failed. The run goes on.",
			"file error", "name pid transient state wchan node seq signal", ""},
		{Exited,
			"A process has ended, or was lost with its task or node (`reason`), or was abandoned (`error`).",
			"pid", "name ppid file exitcode signal bytes duration zombie user system maxrss threads stdout stderr " +
				"error reason state wchan node task", "exitcode error reason"},
		{Signalled,
			"In a lesson: a process was sent a signal. In a trace: it takes a signal, or was sent SIGKILL. " +
				"Without `sender`, the kernel sent it.",
			"pid signal", "name sender", ""},
		{Zombie,
			"In a lesson or a trace: a process has ended and is not reaped. Only a trace knows its exit code then.",
			"pid", "name ppid exitcode signal", ""},
		{Adopted,
			"In a lesson or a trace: the parent of a process has ended, and the process has another one.",
			"pid ppid", "name", ""},
		{Executed,
			"In a trace: a process runs another program now.",
			"name pid command", "", ""},
		{Stopped,
			"In a lesson or a trace: a signal has stopped a process.",
			"name pid signal", "", ""},
		{Continued,
			"In a lesson or a trace: a stopped process runs again.",
			"name pid", "", ""},
		{Session,
			"In a trace: a process has made a session of its own, with a group of its own.",
			"name pid", "", ""},
		{Grouped,
			"In a trace: a process is in another process group.",
			"name pid group", "", ""},
		{Subreaper,
			"In a trace: a process has asked for the orphans among its descendants. It will adopt them.",
			"name pid", "", ""},
		{Piped,
			"In a trace with `--ipc`: the ends of pipes that a process holds have changed.",
			"name pid pipes", "", ""},
		{Stopping,
			"The run will end early, because of a signal or for a reason of its own.",
			"", "signal reason", ""},
		{Finished,
			"The run ends. It is the last event of a record. With `--jobs auto`, `slots` is the best number.",
			"files bytes duration rate links skipped failed children peak retried abandoned verified missing extra " +
				"different", "command source sources dest slots unbegun repaired tasks nodes hash digest losses verify dry_run planned " +
				"planned_bytes signal reason error", ""},
	}
	formats := make([]Format, len(rows))
	for i, r := range rows {
		formats[i] = Format{
			Kind: r.kind, When: r.when,
			Required: strings.Fields(r.required), Optional: strings.Fields(r.optional), OneOf: strings.Fields(r.oneOf),
		}
	}
	return formats
}
