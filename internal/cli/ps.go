package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/urfave/cli/v2"

	"brood/internal/census"
	"brood/internal/run"
	"brood/internal/view"
)

func psCommand(std Streams) *cli.Command {
	watch := new(optional)
	return &cli.Command{
		Name:      "ps",
		Usage:     "list the runs on this machine, and what their children are doing",
		ArgsUsage: " ",
		Description: "Each run is a tree: the parent, its children, and theirs. A process that follows a\n" +
			"copy on a cluster has the tasks on their nodes below it. A dash stands for what the\n" +
			"system hides about other users' processes. A line fits the terminal, or COLUMNS;\n" +
			"without either, as in a pipe, it is whole. Needs Linux, for its /proc.",
		HideHelpCommand: true,
		OnUsageError:    usage,
		Flags: []cli.Flag{
			&cli.GenericFlag{Name: "watch", Category: aboutLog, Value: watch, DefaultText: "2s",
				Usage: "repeat every `DURATION`, until Ctrl-C"},
			&cli.BoolFlag{Name: "json", Category: aboutLog,
				Usage: "print a JSON array, with the children inside their parents; with --watch a line each time"},
		},
		Action: func(c *cli.Context) error {
			every, err := readInterval(*watch, c.Args())
			if err != nil {
				return misuse(c, err)
			}
			b := &broods{out: std.Out, notes: std.Err, json: c.Bool("json"), every: every}
			err = b.show()
			if errors.Is(err, census.ErrNoProc) {
				return err
			}
			return run.Answer(err)
		},
	}
}

// optional is a flag whose value may be left out; then it is "true". The flag package does
// not take the next argument for its value.
type optional string

func (o *optional) IsBoolFlag() bool   { return true }
func (o *optional) String() string     { return string(*o) }
func (o *optional) Set(s string) error { *o = optional(s); return nil }

const (
	usualInterval = 2 * time.Second
	leastInterval = 100 * time.Millisecond
)

// readInterval reads the time between two looks, 0 for a single look.
func readInterval(flag optional, args cli.Args) (time.Duration, error) {
	switch {
	case args.Len() == 1 && flag == "true":
		flag = optional(args.First())
	case args.Len() > 0:
		return 0, wrongArgs{"no arguments", args.Len()}
	case flag == "":
		return 0, nil
	case flag == "true":
		return usualInterval, nil
	}
	every, err := duration("watch", string(flag))
	if err == nil && every < leastInterval {
		err = fmt.Errorf("--watch %q: want %v or more", string(flag), leastInterval)
	}
	return every, err
}

// broods shows one census after another.
type broods struct {
	out   io.Writer
	notes io.Writer
	json  bool
	every time.Duration
	last  *census.Census
}

func (b *broods) show() error {
	if b.every == 0 {
		return b.showOnce()
	}
	ctx, stopped, end := untilSignal()
	defer end()
	watch := b.watch
	if file, ok := view.Terminal(b.out); ok && !b.json {
		watch = func(ctx context.Context) error { return b.watchOn(ctx, file) }
	}
	err := watch(ctx)
	if sig := stopped(); sig != 0 {
		return exitStatus(statusSignal + int(sig))
	}
	return err
}

// look takes a census, with the rates since the previous one.
func (b *broods) look() (*census.Census, error) {
	c, err := census.Take()
	if err != nil {
		return nil, fmt.Errorf("look for broods: %w", err)
	}
	if c.Hidden && b.last == nil {
		fmt.Fprintln(b.notes, "brood: other users' processes are hidden here: /proc is mounted with hidepid")
	}
	c.Rated(b.last)
	b.last = c
	return c, nil
}

func (b *broods) showOnce() error {
	c, err := b.look()
	switch {
	case err != nil:
		return err
	case b.json:
		return view.ProcessesJSON(b.out, c)
	}
	columns := view.Columns(b.out)
	_, err = io.WriteString(b.out, view.Processes(c, columns, 0))
	return err
}

// unread is how long brood waits at the end for a reader to take what was written.
const unread = time.Second

// watch writes one block after another.
func (b *broods) watch(ctx context.Context) error {
	ended := make(chan error, 1)
	go func() { ended <- b.repeat(ctx) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-ended:
		return err
	case <-time.After(unread): // nothing ends a write to a pipe that nobody reads
		return nil
	}
}

func (b *broods) repeat(ctx context.Context) error {
	ticks := time.NewTicker(b.every)
	defer ticks.Stop()
	for {
		if err := b.showOnce(); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticks.C:
		}
		if !b.json {
			if _, err := fmt.Fprintln(b.out); err != nil {
				return err
			}
		}
	}
}

// watchOn draws in place. What it drew last stays on the terminal.
func (b *broods) watchOn(ctx context.Context, terminal *os.File) error {
	if _, err := b.look(); err != nil {
		return err
	}
	queue := view.NewQueue(terminal, func(io.Writer, int) {})
	queue.SetFooter(&view.Footer{
		Draw: func(columns, rows int) string {
			c, err := b.look()
			if err != nil {
				return ""
			}
			return view.Processes(c, columns, rows-1)
		},
		Size:  func() (columns, rows int) { return view.Size(terminal) },
		Shown: func() bool { return view.Foreground(terminal) },
		Every: b.every,
	})
	<-ctx.Done()
	queue.Close(unread)
	return nil
}
