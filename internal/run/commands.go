package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"brood/internal/block"
	"brood/internal/command"
	"brood/internal/event"
	"brood/internal/item"
	"brood/internal/output"
	"brood/internal/plan"
	"brood/internal/process"
	"brood/internal/schedule"
)

// Command is what a command line asked brood run to do: a command once per item.
type Command struct {
	Words []string // as on the command line, with placeholders
	Shell bool     // they are one line for sh
	Items item.Spec
	From  string   // the files below this folder are the first source of items; "" for none
	Most  int      // items of one command at most
	Fill  bool     // as many of these as a command line holds
	Dir   string   // the working folder of commands; "" for this process's own
	Env   []string // their environment, without BROOD_ITEM and the like

	Blocks *block.Spec // a command for each of these blocks, which it reads, and no items; nil for none

	Output output.Options
	Tag    []string // a template for the tag of each line; nil for none

	OK     []int // exit codes that mean success
	Resume Resume
	Again  Again
}

// Again says which failures of a command may pass, so that it is tried again.
type Again struct {
	All      bool
	Codes    []int
	Signals  bool
	Timeouts bool
}

// holdAtMost bounds the outputs that wait for an earlier one. No more commands start meanwhile.
const holdAtMost = 1000

// Commands runs a command for each item.
func Commands(spec Spec, std Streams) (Outcome, error) {
	command := *spec.Command
	c := &commands{Command: &command, retries: spec.Retries, delivered: make(chan struct{}, 1)}
	if err := checkDistinct(&spec, command.inputs()); err != nil {
		return Outcome{}, err
	}
	if err := c.openFrom(&spec); err != nil {
		return Outcome{}, err
	}
	defer c.from.close()
	items, err := item.Open(c.Items, os.Stdin)
	if err != nil {
		return Outcome{}, err
	}
	defer items.Close()
	if c.blocks, err = openBlocks(&spec); err != nil {
		return Outcome{}, err
	}
	defer c.blocks.close()
	c.elsewhere = spec.Cluster != nil
	c.besideFooter(&spec, std)
	if err := c.prepare(items); err != nil {
		return Outcome{}, err
	}
	spec.Halt.SoFar = true
	if c.elsewhere {
		return c.byCluster(&spec, std)
	}
	return execute(plan.Tree{}, &spec, std, c)
}

// commands is this machine as the place where commands run.
type commands struct {
	*Command
	template *command.Template
	tag      *command.Template // nil for none
	items    *item.Reader
	from     *from // nil without --from
	blocks   *blocks
	output   *output.Collector
	retries  int
	run      *run
	emit     event.Sink                  // of what becomes of the items before they are in a batch
	done     done                        // by earlier runs, as far as the source of items has not found it
	found    struct{ name, path string } // of the last program

	elsewhere bool // the commands run on other machines
	continues bool // earlier runs have done something

	measured  atomic.Bool   // the number of commands was emitted
	unread    atomic.Bool   // the output cannot be written any more, so the run is being ended
	delivered chan struct{} // holds a value if a command has ended since the source of items looked
	settling  sync.WaitGroup
}

// prepare checks the command, and prepares its output, before anything starts.
func (c *commands) prepare(items *item.Reader) (err error) {
	c.items = items
	options := command.Options{Names: items.Names(), NoItems: c.Blocks != nil}
	if c.Items.Colsep == nil && !c.Items.Header {
		options.Values = max(len(c.Items.Sources), 1)
	}
	if err = c.parse(options); err != nil {
		return err
	}
	if c.done, err = readDone(c.Resume, c.Words); err != nil {
		return err
	}
	c.continues = len(c.done.items)+len(c.done.lines) > 0
	to := c.Command.Output
	to.Ordered = to.Ordered && !c.elsewhere // then delivery puts it in order
	to.Kept = keptAtMost()
	c.output, err = output.New(to)
	return err
}

// parse reads the command and the tag, and looks for the program if all items have the same. options say what is known
// of the values.
func (c *commands) parse(options command.Options) (err error) {
	options.Shell, options.Several = c.Shell, c.Most > 1 || c.Fill
	if c.template, err = command.Parse(c.Words, options); err != nil {
		return err
	}
	if len(c.Tag) > 0 {
		options.Shell, options.Text = false, true
		if c.tag, err = command.Parse(c.Tag, options); err != nil {
			return fmt.Errorf("--tagstring: %w", err)
		}
	}
	if name := c.Words[0]; !c.Shell && !strings.Contains(name, "{") {
		_, err = c.program(name)
	}
	return err
}

// program returns the path of a program. A name with a slash is relative to the commands' folder. It remembers the
// last path, since most runs have one program.
func (c *commands) program(name string) (path string, err error) {
	if strings.Contains(name, "/") {
		return name, nil
	}
	if name != c.found.name {
		if path, err = process.LookPath(name); err != nil {
			if strings.Contains(name, " ") {
				err = fmt.Errorf("%w; for a line of several words use --shell", err)
			}
			return "", err
		}
		c.found.name, c.found.path = name, path
	}
	return c.found.path, nil
}

func (c *commands) do(r *run) (end ending, err error) {
	c.run, c.emit = r, r.emit
	if err := process.Prepare(r.spec.Limits); err != nil {
		return end, err
	}
	slots := newSlots(r.spec)
	begun := event.Event{
		Kind: event.Begun, Version: event.CommandVersion, PID: os.Getpid(), PPID: os.Getppid(),
		Command: c.Words, DryRun: r.spec.DryRun, Slots: slots.count, Auto: r.spec.Auto,
	}
	r.emit(begun)
	if r.spec.Slots != 0 && slots.limited.Kind != "" {
		r.emit(slots.limited)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	c.measure(-1)
	c.startWalk(ctx)
	source := newItemSource(ctx, c)
	if r.spec.DryRun {
		signal := c.list(source)
		cancel()
		end = c.ending(source)
		end.signal = cmp.Or(signal, end.signal)
		return end, nil
	}
	signals := r.watchSignals(localRungs(r.spec.Daemon))
	r.display.listen()
	c.schedule(source, slots, r.stops, cancel)
	signal := signals.end()
	end = c.ending(source)
	end.signal = cmp.Or(signal, end.signal)
	return end, nil
}

// ending returns how the run has ended, apart from signals: well, without a reader of its output, or in part.
func (c *commands) ending(source *itemSource) (end ending) {
	why := errors.Join(source.failed(), c.from.end())
	if err := c.output.Close(); errors.Is(err, syscall.EPIPE) {
		end.signal = syscall.SIGPIPE
	} else if err != nil {
		why = errors.Join(why, err)
	}
	if why != nil {
		end.partial = why.Error()
		if !c.unread.Load() { // otherwise the stop has said it
			end.warnings = []string{end.partial}
		}
	}
	return end
}

// launch implements schedule.Commands.Launch.
func (c *commands) launch(batch plan.Batch, slot int) (l schedule.Launch, err error) {
	vars := command.Vars{Items: batch.Inputs, Seq: batch.Seq, Slot: slot}
	l.Argv = c.template.Expand(vars)
	path, err := c.program(l.Argv[0])
	if err != nil {
		return l, err
	}
	tag := ""
	if c.tag != nil {
		tag = strings.Join(c.tag.Expand(vars), " ")
	}
	out, err := c.output.Open(output.Item{Seq: batch.Seq, Tag: tag, Name: batch.Items[0], Argv: l.Argv})
	if err != nil {
		return l, err
	}
	l.Config = process.Config{
		Command: &process.Command{Path: path, Args: l.Argv, Dir: c.Dir, Env: c.environment(batch, slot)},
		Stdout:  out.Stdout(), Stderr: out.Stderr(), Limits: c.run.spec.Limits,
	}
	l.Started, l.Tail = out.Started, out.Tail
	if c.run.spec.Stall > 0 {
		l.Written = out.Written
	}
	l.Ended = func(end schedule.End) (why string, transient bool) {
		why, transient = c.judge(end)
		last := !transient || batch.Attempt > c.retries
		if end.Err != nil {
			last = !process.Exhausted(end.Err)
		}
		last = last && !end.Exit.Stillborn
		err := out.Close(output.End{
			ExitCode: end.Exit.Code, Signal: end.Exit.Signal, Error: why, Start: end.Began, Duration: end.Duration,
			User: end.Exit.User, System: end.Exit.System, MaxRSS: end.Exit.MaxRSS,
		}, last)
		why = both(why, err)
		c.checkReaders()
		c.noteDelivery()
		return why, transient
	}
	return l, nil
}

// environment returns the environment of one command. An item that is too long for a variable has none.
func (c *commands) environment(batch plan.Batch, slot int) []string {
	environ := append(slices.Clip(c.Env),
		fmt.Sprint("BROOD_SEQ=", batch.Seq),
		fmt.Sprint("BROOD_SLOT=", slot),
		fmt.Sprint("BROOD_ATTEMPT=", batch.Attempt))
	if item := itemVariable + batch.Items[0]; len(item) < mostArgument {
		environ = append(environ, item)
	}
	return environ
}

// judge returns why a command has failed, "" if it has not, and whether another attempt may succeed.
func (c *commands) judge(end schedule.End) (why string, transient bool) {
	limit := c.run.spec.Limits.Reached(end.Exit, "")
	again := c.Again.All || slices.Contains(c.Again.Codes, end.Exit.Code)
	switch exit := end.Exit; {
	case end.Err != nil:
		return end.Err.Error(), false
	case end.Asked: // whatever it says, it may have done only a part
		return "ended by brood", c.Again.All || c.Again.Timeouts
	case limit != "" && !slices.Contains(c.OK, exit.Code):
		return event.EndedByLimit + limit, again || c.Again.Signals
	case exit.Signal != "":
		return "ended by " + exit.Signal, c.Again.All || c.Again.Signals
	case !slices.Contains(c.OK, exit.Code):
		return fmt.Sprint("exit code ", exit.Code), again
	}
	return "", false
}
