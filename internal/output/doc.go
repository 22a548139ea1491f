// Package output delivers what commands write while several of them run. It starts no process: the caller gives a
// command the two files of an [Output] and reports its end.
//
//	Mode     the files of a command       when its output appears
//	Grouped  two files without a name     all at once, when it has ended
//	Lines    two pipes                    line by line
//	Raw      those of this process        as it comes
//
// With Options.Ordered, the output of a command also waits for each lower number:
//
//	Close ─▶ held, until each lower number has ended by Close or Settle ─▶ printed
//
// With Grouped, a command that opens its output again (> /dev/stdout) truncates it, as it does with any file. Otherwise
// nothing is overwritten, because the files are in append mode. A pipe cannot be truncated.
//
// A command may ignore that the disk is full. So with Grouped, Close checks that the disk takes more. If it does not,
// Close returns [ErrIncomplete] and prints nothing of this command: see room.go.
//
// The caller must prevent the death of this process by SIGPIPE, or a reader that goes away (| head) ends it. With
// signal.Notify the commands start with the default action. With signal.Ignore they would inherit that.
package output
