package cli

import (
	"runtime"
	"slices"
	"strconv"

	"github.com/urfave/cli/v2"

	"brood/internal/run"
)

// commandFlags are the flags of brood run.
func commandFlags() []flag {
	flags := slices.Concat([]flag{
		{&cli.StringFlag{Name: "from", Category: aboutItems,
			Usage: "take the files below `FOLDER` as items, as find FOLDER -type f prints them"}, forParent},
	}, filterFlags(aboutItems, 0), []flag{
		{&cli.BoolFlag{Name: "null", Category: aboutItems, Aliases: []string{"0"},
			Usage: "a zero byte ends each item, not the line: find -print0"}, forParent | common},
		{&cli.StringFlag{Name: "delimiter", Category: aboutItems, Aliases: []string{"d"},
			Usage: "the character `C` ends each item, not the line"}, forParent},
		{&cli.StringSliceFlag{Name: "arg-file", Category: aboutItems, Aliases: []string{"a"}, TakesFile: true,
			Usage: "read items from `FILE` (- for standard input); several files give every combination"}, forParent},
		{&cli.BoolFlag{Name: "link", Category: aboutItems,
			Usage: "read several sources of items in step, in place of every combination"}, forParent},
		{&cli.StringFlag{Name: "colsep", Category: aboutItems, Aliases: []string{"C"},
			Usage: "split items into columns {1}, {2} … at each match of `REGEXP`"}, forParent},
		{&cli.BoolFlag{Name: "header", Category: aboutItems,
			Usage: "the first item of each source names the columns: {name}"}, forParent},
		{&cli.IntFlag{Name: "max-args", Category: aboutItems, Aliases: []string{"n"}, Value: 1,
			Usage: "give a command up to `N` items, or a block of N lines"}, forChildren | common},
		{&cli.BoolFlag{Name: "fill", Category: aboutItems, Aliases: []string{"X"},
			Usage: "give a command as many items as fit on its command line"}, forChildren},
		{&cli.BoolFlag{Name: "pipe", Category: aboutItems,
			Usage: "cut standard input into blocks of lines; each is the standard input of a command"}, forParent},
		{&cli.StringFlag{Name: "block", Category: aboutItems, Value: "1M",
			Usage: "with --pipe, make blocks of up to `SIZE`, which end where a line ends"}, forParent},

		{&cli.BoolFlag{Name: "shell", Category: aboutCommand,
			Usage: "COMMAND is a line for sh, with pipes and redirections; brood quotes the items"}, forChildren | common},
		{&cli.StringFlag{Name: "cwd", Category: aboutCommand,
			Usage: "run commands in `FOLDER`"}, forChildren},
		{&cli.StringSliceFlag{Name: "env", Category: aboutCommand,
			Usage: "set an environment variable by `NAME=VALUE`, or remove it by -NAME; may be repeated"}, forChildren},
		{&cli.BoolFlag{Name: "no-daemon", Category: aboutCommand,
			Usage: "let running commands finish when brood is killed"}, forParent},
		{&cli.BoolFlag{Name: "dry-run", Category: aboutCommand,
			Usage: "list the commands, run none"}, forParent | common},

		{&cli.BoolFlag{Name: "keep-order", Category: aboutOutput, Aliases: []string{"k"},
			Usage: "print output in the order of the items"}, forParent | common},
		{&cli.BoolFlag{Name: "line-buffer", Category: aboutOutput,
			Usage: "print each line at once, not with the rest of its command"}, forParent},
		{&cli.BoolFlag{Name: "ungroup", Category: aboutOutput, Aliases: []string{"u"},
			Usage: "let commands write where brood does, as it comes"}, forParent},
		{&cli.BoolFlag{Name: "tag", Category: aboutOutput,
			Usage: "begin each line of output with the item and a tab"}, forChildren},
		{&cli.StringFlag{Name: "tagstring", Category: aboutOutput,
			Usage: "begin each line of output with `TEXT` and a tab; it may have placeholders"}, forChildren},
		{&cli.StringFlag{Name: "results", Category: aboutOutput,
			Usage: "keep the output of each command in a folder of its own below `DIR`, or as lines of DIR.jsonl"},
			forParent},

		{oneOf(&cli.StringFlag{Name: "jobs", Category: aboutSlots, Aliases: []string{"j"},
			Value: strconv.Itoa(runtime.NumCPU()), DefaultText: "the CPUs",
			Usage: "run `N` commands at once; 0: no limit; auto: look for the fastest number; brood limit changes it"},
			"auto"), forChildren | common},
		{&cli.StringFlag{Name: "load", Category: aboutSlots,
			Usage: "start no command while `N` processes run or wait for a CPU or disk; 100%: as many as CPUs"},
			forChildren},
		{&cli.StringFlag{Name: "mem-free", Category: aboutSlots,
			Usage: "start no command while less than `SIZE` of memory is available"}, forChildren},
		{&cli.StringFlag{Name: "delay", Category: aboutSlots,
			Usage: "wait at least `DURATION` between two starts"}, forChildren},

		{&cli.StringFlag{Name: "ok", Category: aboutFailure, Value: "0",
			Usage: "count exit codes `CODES` as success: 0,1"}, forChildren},
		{&cli.StringFlag{Name: "timeout", Category: aboutFailure,
			Usage: "end a command that takes longer than `DURATION`; 200%: than twice the median"},
			forChildren | common},
		{&cli.StringFlag{Name: "stall", Category: aboutFailure,
			Usage: "end a command that writes no output for `DURATION`"}, forChildren},
		{&cli.IntFlag{Name: "retries", Category: aboutFailure,
			Usage: "run a command that has failed up to `N` times more"}, forChildren | common},
		{&cli.StringFlag{Name: "retry-on", Category: aboutFailure, DefaultText: "any failure",
			Usage: "retry only after what is in `LIST`: exit codes, signal, timeout; for example 75,timeout"}, forChildren},
		{oneOf(&cli.StringFlag{Name: "halt", Category: aboutFailure, Value: "never",
			Usage: "end the run `WHEN` too many commands failed: soon,fail=3 waits for the running ones, " +
				"now,fail=10% terminates them"},
			"never", "soon,fail=", "now,fail="), forParent},

		{&cli.StringFlag{Name: "memory", Category: aboutChild,
			Usage: "limit the memory of a command to `SIZE`: 512M, 1.5G …"}, forChildren},
		{&cli.StringFlag{Name: "cpu-time", Category: aboutChild,
			Usage: "limit the CPU time of each process of a command to `DURATION`: 90s, 2h …"}, forChildren},
		{&cli.IntFlag{Name: "nice", Category: aboutChild, DefaultText: "as this process",
			Usage: "add `N`, -20 to 19, to the niceness of commands"}, forChildren},
		{oneOf(&cli.StringFlag{Name: "ionice", Category: aboutChild,
			Usage: "set the I/O `CLASS` of commands: idle, best-effort[:0-7] or realtime[:0-7]"},
			"idle", "best-effort", "realtime"), forChildren},

		{&cli.StringFlag{Name: "name", Category: aboutLog, Value: runName,
			Usage: "call the processes `NAME`-1, NAME-2 …"}, forChildren},
		{&cli.BoolFlag{Name: "quiet", Category: aboutLog, Aliases: []string{"q"},
			Usage: "log nothing but errors of brood itself"}, forOutput},
		{&cli.BoolFlag{Name: "verbose", Category: aboutLog, Aliases: []string{"v"},
			Usage: "log the start and the end of each command"}, forOutput},
		{oneOf(&cli.StringFlag{Name: "progress", Category: aboutLog, Value: string(run.ProgressAuto),
			Usage: "show progress `WHEN`: auto (if standard output is a file or a pipe, and standard error a " +
				"terminal), always (elsewhere as a line in the log every 10 s) or never"},
			string(run.ProgressAuto), string(run.ProgressAlways), string(run.ProgressNever)), forOutput},
		{&cli.StringFlag{Name: "record", Category: aboutLog, TakesFile: true,
			Usage: "write every event to `FILE` as JSON Lines"}, forOutput | common},
		{joblogFlag(), forOutput},
		{&cli.StringSliceFlag{Name: "resume", Category: aboutItems, TakesFile: true,
			Usage: "leave out the items that were run by `FILE`, the record or joblog of an earlier run; " +
				"may be repeated"}, forParent | common},
		{&cli.StringSliceFlag{Name: "resume-failed", Category: aboutItems, TakesFile: true,
			Usage: "the same, but run what has failed in `FILE` again"}, forParent},
		{&cli.StringFlag{Name: "report", Category: aboutLog, TakesFile: true,
			Usage: "draw the run as a page for a browser in `FILE`, as brood report --html does"}, forOutput},
		{oneOf(&cli.StringFlag{Name: "log-level", Category: aboutLog, Value: "warn",
			Usage: "log from `LEVEL` on: trace, debug, info, warn, error or off"},
			"trace", "debug", "info", "warn", "error", "off"), forOutput},
		{oneOf(&cli.StringFlag{Name: logFormat, Category: aboutLog, Value: "text",
			Usage: "log as `FORMAT`: text or json"},
			"text", "json"), forOutput},
	})
	flags = append(flags, flag{&cli.BoolFlag{Name: "daemon", Category: aboutCluster,
		Usage: "end the tasks with the process that follows them"}, forCluster})
	return append(flags, clusterFlags(runName)...)
}

func joblogFlag() cli.Flag {
	return &cli.StringFlag{Name: "joblog", Category: aboutLog, TakesFile: true,
		Usage: "write a line for each command to `FILE`, as GNU parallel does"}
}
