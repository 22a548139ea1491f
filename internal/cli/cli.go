// Package cli is the command line: it reads flags into options, wires the
// packages, and turns what came of it into an exit status. It alone prints, exits and
// knows urfave/cli.
package cli

import (
	"errors"
	"fmt"
	"io"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"unicode"

	"github.com/urfave/cli/v2"

	"brood/internal/process"
)

// Exit statuses. A run that a signal ended has 128 and the signal's number.
const (
	statusDone   = 0 // all done
	statusFailed = 1 // some file failed, the rest is done
	statusUsage  = 2 // the command line makes no sense, or the run could not begin
	statusSignal = 128
)

// Streams are where a command's answer and its story go.
type Streams struct{ Out, Err io.Writer }

// Main runs the command that args (with the program's name first) ask for, and
// returns the exit status.
func Main(args []string, std Streams) int {
	// Whoever closes our output (| head) does not end the copying: writing fails instead.
	signal.Ignore(syscall.SIGPIPE)
	process.CloseInheritedOnExec(namedDescriptors(args)...)
	app := newApp(std)
	cli.HelpPrinter = showHelp(app)
	err := app.Run(flagsFirst(args, app))
	var status exitStatus
	switch {
	case err == nil:
		return statusDone
	case errors.As(err, &status):
		return int(status)
	}
	fmt.Fprintf(std.Err, "brood: %s\n", printable(err.Error()))
	var usage *usageError
	if errors.As(err, &usage) && usage.hint != "" {
		fmt.Fprintln(std.Err, usage.hint)
	}
	return statusOfError(err)
}

// statusOfError is that of a command which has not come to its end.
func statusOfError(err error) int {
	if broken := new(brokenOff); errors.As(err, &broken) {
		return statusFailed
	}
	return statusUsage
}

// printable shows what cannot be printed as Go's syntax has it: an error may hold
// what was on the command line, which may hold what moves the cursor.
func printable(s string) string {
	var b strings.Builder
	for _, r := range s {
		if unicode.IsPrint(r) || r == '\n' {
			b.WriteRune(r)
			continue
		}
		b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
	}
	return b.String()
}

// exitStatus is the error of a command that has said all there is to say.
type exitStatus int

func (s exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// brokenOff is the error of a run that had begun.
type brokenOff struct{ error }

func (b *brokenOff) Unwrap() error { return b.error }

// usageError is a command line that makes no sense, with a hint how it might.
type usageError struct {
	err  error
	hint string
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func newApp(std Streams) *cli.App {
	return &cli.App{
		Name:      "brood",
		Usage:     "one parent, one child process per file",
		Version:   readBuild().String(),
		Writer:    std.Out,
		ErrWriter: std.Err,
		Commands: []*cli.Command{
			copyCommand(std), verifyCommand(std), reportCommand(std), followCommand(std), stopCommand(std), psCommand(std), limitCommand(std), lessonCommand(std),
			completionCommand(std), manCommand(std),
		},
		ExitErrHandler: func(*cli.Context, error) {}, // Main says what there is to say
		OnUsageError:   usage,
		Action:         noCommand,

		DisableSliceFlagSeparator: true, // a glob may have commas: *.{mov,mp4}
	}
}

// noCommand is what happens when the first argument names no command.
func noCommand(c *cli.Context) error {
	if c.NArg() == 0 {
		return cli.ShowAppHelp(c)
	}
	name := c.Args().First()
	return &usageError{fmt.Errorf("no such command: %q", name), didYouMean(suggested(c.App.Commands, name), "brood --help")}
}

// suggested is the command whose name is most like this one; the library has it in a sentence.
func suggested(commands []*cli.Command, name string) string {
	return strings.TrimSuffix(strings.TrimPrefix(cli.SuggestCommand(commands, name), `Did you mean "`), `"?`)
}

// usage adds a hint to what the flag package has to say.
func usage(c *cli.Context, err error, _ bool) error {
	help := "brood --help"
	flags := c.App.Flags
	if c.Command != nil && c.Command.Name != c.App.Name {
		help, flags = "brood "+c.Command.Name+" --help", c.Command.Flags
	}
	var name, suggestion string
	if _, scanErr := fmt.Sscanf(err.Error(), "flag provided but not defined: %s", &name); scanErr == nil {
		suggestion = cli.SuggestFlag(flags, trimDashes(name), false)
	}
	return &usageError{err, didYouMean(suggestion, help)}
}

func didYouMean(suggestion, help string) string {
	if suggestion == "" {
		return fmt.Sprintf("see %q", help)
	}
	return fmt.Sprintf("did you mean %q? see %q", suggestion, help)
}
