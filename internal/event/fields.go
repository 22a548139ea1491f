package event

// Type is the JSON type of a field.
type Type string

// The types of fields.
const (
	TypeString  Type = "string"
	TypePath    Type = "path"  // a string; the exact bytes are in NAME_base64 too when they are not UTF-8
	TypePaths   Type = "paths" // an array of strings; likewise in NAME_base64 when one of them is not UTF-8
	TypeTime    Type = "time"  // a string, by RFC 3339
	TypeInteger Type = "integer"
	TypeNumber  Type = "number"
	TypeBoolean Type = "boolean"
	TypeList    Type = "list"   // an array of strings
	TypeCounts  Type = "counts" // an object of integers
)

// Field is the row of a field in Fields.
type Field struct {
	Name    string // in JSON
	Type    Type
	Unit    string // "" for texts, counts and IDs
	Meaning string // one or two sentences
}

// Fields returns the table of fields. Each field means the same in all kinds that have it.
func Fields() []Field {
	return []Field{
		{"time", TypeTime, "", "When it happened."},
		{"kind", TypeString, "", "What happened."},

		{"name", TypeString, "", "The name of the process, or in `begun` that of the lesson."},
		{"pid", TypeInteger, "", "The process that the event is about."},
		{"ppid", TypeInteger, "", "The parent of that process; of a task it is the parent of the run. " +
			"It is missing when that parent is outside of the container."},
		{"sender", TypeInteger, "", "The process that sent the signal."},
		{"group", TypeInteger, "", "The process group."},
		{"node", TypeString, "", "The node of the cluster where it happened; `pid` and `ppid` are of that machine."},
		{"task", TypeString, "", "The cluster's ID of the task that the process is, such as 81_3."},
		{"array", TypeString, "", "The cluster's ID of an array of tasks, such as 81."},
		{"command", TypePaths, "", "A command line: of a process of a lesson or a trace, or of a command of `brood run`. " +
			"At the beginning of a run it has the placeholders."},
		{"inputs", TypePaths, "", "The items that a command was given, if these are not just `file`. " +
			"An item of several values has a NUL between them."},
		{"seq", TypeInteger, "", "The number of the command in its run, from 1 on."},

		{"file", TypePath, "", "The item, as it is named below `dest`; of several items the first one. With one `source` " +
			"it has the same name below that. An item of several values has spaces between them."},
		{"items", TypeInteger, "", "How many items a process was given, or there are to do."},
		{"files", TypeInteger, "", "How many files were copied; of a comparison, how many are equal; of commands, how many " +
			"have succeeded."},
		{"tasks", TypeInteger, "", "How many tasks of the cluster were submitted, wait, or were started in all."},

		{"bytes", TypeInteger, "bytes", "How much is done."},
		{"size", TypeInteger, "bytes", "How much there is to do: the size of an item, or of all items."},
		{"duration", TypeNumber, "seconds", "How long it took: a start, a silence, a process or the run."},
		{"method", TypeString, "", "How it was made: `reflink`, `copy_file_range`, `read-write` or `hard link`; of a process " +
			"in a trace, `fork`, `vfork` or `clone`."},
		{"phase", TypeString, "", "`syncing`, `verifying` or `waiting` for a turn at the rate; none while it copies."},

		{"hash", TypeString, "", "The hash that proves contents, such as xxh128."},
		{"digest", TypeString, "", "The digest of the contents, in hex, verified at the destination. " +
			"A run has it only when it verified one file."},
		{"resumed", TypeInteger, "bytes", "How much of a partial copy was there before and was proved equal."},
		{"retries", TypeInteger, "", "How often the file was copied again, because it was read back different."},
		{"lost", TypeList, "", "What the destination could not hold, such as `owner`."},

		{"exitcode", TypeInteger, "", "The exit code; -N when signal N ended the process."},
		{"signal", TypeString, "", "The name of a signal, such as `SIGKILL`."},
		{"user", TypeNumber, "seconds", "CPU time in user mode."},
		{"system", TypeNumber, "seconds", "CPU time in the kernel."},
		{"maxrss", TypeInteger, "bytes", "The peak memory. It is absent when it is not known: " +
			"a killed child had less than its parent."},
		{"zombie", TypeNumber, "seconds", "The time from a child's last event until it was reaped."},
		{"threads", TypeInteger, "", "How many threads a process of a trace had in all, if more than one."},
		{"pipes", TypeList, "", "The ends of pipes that a process holds: `0<1` when descriptor 0 reads pipe 1, `1>2` when " +
			"descriptor 1 writes pipe 2."},
		{"stdout", TypeString, "", "The last lines that a failed command wrote to standard output: 10 at most, and 4 KiB."},
		{"stderr", TypeString, "", "What the child wrote to standard error: the beginning and the end of it, " +
			"when it was more than 4 KiB. Of a failed command, the last lines, as in `stdout`."},
		{"state", TypeString, "", "The kernel's letter for the state of a child that makes no progress."},
		{"wchan", TypeString, "", "The kernel function where that child sleeps."},

		{"attempt", TypeInteger, "", "The number of the attempt that failed, from 1 on."},
		{"delay", TypeNumber, "seconds", "The time until the next attempt."},
		{"error", TypeString, "", "Why it failed."},
		{"transient", TypeBoolean, "", "Whether another attempt may succeed."},
		{"reason", TypeString, "", "Why it happened."},

		{"version", TypeInteger, "", "The version of this format."},
		{"source", TypePath, "", "SOURCE, as on the command line, if there is only one."},
		{"sources", TypePaths, "", "Each SOURCE, as on the command line, if there are several. " +
			"`file` begins with the last part of the name of one of them."},
		{"dest", TypePath, "", "DEST, as on the command line."},
		{"slots", TypeInteger, "", "How many children may run at once; of a cluster, in each task."},
		{"asked", TypeInteger, "", "How many slots the user wants; absent when it is as many as possible."},
		{"auto", TypeBoolean, "", "Whether brood looks for the best number of slots during the run."},
		{"trying", TypeBoolean, "", "Whether that number of slots is only tried."},
		{"dry_run", TypeBoolean, "", "Whether nothing is copied or run."},
		{"verify", TypeBoolean, "", "Whether the two sides are compared and nothing is copied."},

		{"links", TypeInteger, "", "How many symlinks and hard links were made."},
		{"skipped", TypeInteger, "", "How many items needed nothing."},
		{"failed", TypeInteger, "", "How many items failed."},
		{"unbegun", TypeInteger, "", "How many items no child began, because the run ended early; " +
			"absent when they were not counted."},
		{"children", TypeInteger, "", "How many children were started, with those for folders and links."},
		{"peak", TypeInteger, "", "How many children ran at once, at most."},
		{"repaired", TypeInteger, "", "How many copies got, or in a dry run would get, missing attributes."},
		{"retried", TypeInteger, "", "How many attempts failed and were followed by another."},
		{"abandoned", TypeInteger, "", "How many children could not even be killed."},
		{"nodes", TypeInteger, "", "How many nodes of the cluster had processes of the run."},
		{"rate", TypeNumber, "bytes a second", "The mean rate of the run."},
		{"verified", TypeInteger, "", "How many files have contents that are proved equal on both sides."},
		{"missing", TypeInteger, "", "How many items are at the source alone."},
		{"extra", TypeInteger, "", "How many items are at the destination alone."},
		{"different", TypeInteger, "", "How many items differ."},
		{"losses", TypeCounts, "", "How many items lost what, as in `lost`."},
		{"planned", TypeInteger, "", "How many files a dry run would copy."},
		{"planned_bytes", TypeInteger, "bytes", "The size of these files."},
	}
}

// exact is what the name of a path has behind it in the field with its exact bytes.
const exact = "_base64"
