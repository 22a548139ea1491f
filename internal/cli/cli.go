// Package cli is the command line. It turns flags into a run.Spec, and the outcome of a run
// into an exit status; it also has help and completion. No other package imports urfave/cli.
package cli

import (
	"errors"
	"fmt"
	"io"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"

	"brood/internal/process"
	"brood/internal/run"
)

// Exit statuses. A run that a signal ended has 128 and the signal's number.
const (
	statusDone   = 0 // all done
	statusFailed = 1 // some item failed, the rest is done
	statusUsage  = 2 // the command line makes no sense, or nothing could begin
	statusSignal = 128
)

// Streams are where a command writes its answer and its log.
type Streams = run.Streams

// Main runs the command that args ask for, whose first is the program's name. It returns
// the exit status.
func Main(args []string, std Streams) int {
	// A reader that closes our output (| head) must not end the copying: writing fails instead.
	signal.Ignore(syscall.SIGPIPE)
	if len(args) < 2 || args[1] != traceName { // a traced program has what it has without brood
		process.CloseInheritedOnExec(namedDescriptors(args)...)
	}
	app := newApp(std)
	keepFlags(app, args)
	ordered := flagsFirst(args, app)
	cli.HelpPrinter = showHelp(app, std.Out, ordered[len(ordered)-1] == briefHelp)
	out := &remembering{Writer: std.Out}
	app.Writer = out
	app.Metadata = map[string]any{asTyped: args}
	err := app.Run(ordered)
	if err == nil {
		err = run.Answer(out.err) // of help, or the version
	}
	var status exitStatus
	switch {
	case err == nil:
		return statusDone
	case errors.As(err, &status):
		return int(status)
	}
	complain(std.Err, err, wantsJSONLog(args))
	return statusOfError(err)
}

// remembering is a writer that keeps the first error. The library drops those of help and the version.
type remembering struct {
	io.Writer
	failed func() // called after the first error, unless nil
	err    error
}

func (r *remembering) Write(p []byte) (int, error) {
	n, err := r.Writer.Write(p)
	if err != nil && r.err == nil {
		r.err = err
		if r.failed != nil {
			r.failed()
		}
	}
	return n, err
}

// statusOfError returns the exit status of a command that failed.
func statusOfError(err error) int {
	if broken := new(run.BrokenOff); errors.As(err, &broken) {
		return statusFailed
	}
	return statusUsage
}

// exitStatus is the error of a command that has printed everything already.
type exitStatus int

func (s exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// keepFlags takes the flags from all commands except the command in args, unless these ask for help. The library
// describes each flag that it is given, and for all commands that would take longer than the rest of the start.
func keepFlags(app *cli.App, args []string) {
	if len(args) < 2 || slices.ContainsFunc(args, func(arg string) bool { return helpFlag(arg) != "" }) {
		return
	}
	if asked := app.Command(args[1]); asked != nil && !slices.Contains([]string{"help", "man", "completion"}, asked.Name) {
		for _, c := range app.Commands {
			if c != asked {
				c.Flags = nil
			}
		}
	}
}

func newApp(std Streams) *cli.App {
	app := &cli.App{
		Name:  "brood",
		Usage: "one parent, one child process per file",
		Description: "Copies and verifies folders. Each file's child can be watched, limited, confined and killed by " +
			"itself; when it fails, the other files are copied all the same. The lessons show real processes.",
		Version:   readBuild().String(),
		Compiled:  time.Unix(0, 0), // nobody shows it, and the library would look at the program's file
		Writer:    std.Out,
		ErrWriter: std.Err,
		Commands: []*cli.Command{
			copyCommand(std), runCommand(std), verifyCommand(std), reportCommand(std), followCommand(std), stopCommand(std),
			psCommand(std), limitCommand(std), traceCommand(std), lessonCommand(std), completionCommand(std), manCommand(std),
			taskCommand(std), runTaskCommand(std), helpCommand(std), versionCommand(),
		},
		Flags:          []cli.Flag{cli.HelpFlag},     // the library adds it only with its own help command
		ExitErrHandler: func(*cli.Context, error) {}, // Main prints the error
		OnUsageError:   usage,
		Action:         noCommand,

		DisableSliceFlagSeparator: true, // a glob may have commas: *.{mov,mp4}
	}
	for _, c := range app.Commands {
		c.Before = wantValues
	}
	return app
}

// noCommand is called when the first argument names no command.
func noCommand(c *cli.Context) error {
	if c.NArg() == 0 {
		return cli.ShowAppHelp(c)
	}
	name := c.Args().First()
	err := fmt.Errorf("no such command: %q", name)
	return &usageError{err: err, hint: didYouMean(nearTerm(name, commands(c.App)), "brood --help")}
}

// wrongArgs is the error of a command with too few or too many arguments.
type wrongArgs struct {
	wanted string // SOURCE and DEST
	got    int
}

func (w wrongArgs) Error() string {
	if w.got == 1 {
		return fmt.Sprintf("want %s, got 1 argument", w.wanted)
	}
	return fmt.Sprintf("want %s, got %d arguments", w.wanted, w.got)
}

// misuse adds to an error where to read on. After wrong arguments it shows how the command is used.
func misuse(c *cli.Context, err error) error {
	wrong := &usageError{err: err, hint: didYouMean("", "brood "+c.Command.Name+" --help")}
	if errors.As(err, new(wrongArgs)) {
		wrong.usage = strings.TrimSpace("brood " + c.Command.Name + " [flags] " + strings.TrimSpace(c.Command.ArgsUsage))
		if all := examples(c.Command.Name); len(all) > 0 {
			wrong.example = all[0].Text
		}
	}
	return wrong
}

func didYouMean(suggestion, help string) string {
	if suggestion == "" {
		return fmt.Sprintf("see %q", help)
	}
	return fmt.Sprintf("did you mean %q? see %q", suggestion, help)
}
