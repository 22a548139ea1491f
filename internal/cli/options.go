package cli

import (
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/urfave/cli/v2"

	"brood/internal/confine"
	"brood/internal/digest"
	"brood/internal/filecopy"
	"brood/internal/plan"
	"brood/internal/process"
)

// options are what the flags of a run say: of brood copy and brood verify.
type options struct {
	source, dest string
	jobs         int  // 0: all at once
	auto         bool // that is where a search begins
	admission    admission
	daemon       bool
	timeout      time.Duration // of a file; 0: none
	retries      int
	halt         halt
	name         string
	plan         plan.Options
	copy         filecopy.Options
	confine      confine.Mode
	bwlimit      int64          // bytes a second of all children together; 0: as fast as they can
	limits       process.Limits // of each child
	compare      bool           // nothing is copied
	dryRun       bool
	force        bool // whatever room there is
	quiet        bool
	json         bool
	progress     progressMode
	record       string
	checksums    string
	report       string
	retryFailed  string // a record
	cluster      cluster
	task         task // on a node of a cluster
	log          hclog.LoggerOptions
}

// runFlags are the flags of every run; name is what children are called, what the group of those that choose files.
func runFlags(name, what string) []cli.Flag {
	return []cli.Flag{
		oneOf(&cli.StringFlag{Name: "jobs", Category: aboutJobs, Aliases: []string{"j"}, Value: strconv.Itoa(runtime.NumCPU()), DefaultText: "the CPUs", Usage: "`N` children at once; 0: all; auto: as many as move the most"},
			"auto"),
		&cli.StringFlag{Name: "load", Category: aboutJobs, Usage: "start no child while `N` processes run or wait for a CPU or disk; 100%: as many as CPUs"},
		&cli.StringFlag{Name: "mem-free", Category: aboutJobs, Usage: "start no child while less memory than `SIZE` is available"},
		oneOf(&cli.StringFlag{Name: "per-child", Category: aboutJobs, Value: "1", DefaultText: "1", Usage: "`N` files per child at most; auto: small ones share a child until it has enough to do, big ones have their own"},
			"auto"),
		&cli.BoolFlag{Name: "daemon", Category: aboutChild, Usage: "children do not outlive this process, however it ends"},
		&cli.StringFlag{Name: "name", Category: aboutStory, Value: name, Usage: "call the children `NAME`-1, NAME-2 …"},
		&cli.StringFlag{Name: "stall", Category: aboutFailure, Value: "1m", Usage: "give up a file that has made no progress for `DURATION`; 0: never"},
		&cli.StringFlag{Name: "timeout", Category: aboutFailure, Usage: "give up a file that is not done after `DURATION`"},
		&cli.IntFlag{Name: "retries", Category: aboutFailure, Usage: "try a file `N` times again when the cause of its failure may pass"},
		oneOf(&cli.StringFlag{Name: "halt", Category: aboutFailure, Value: "never", Usage: "end the run `WHEN` so many have failed: soon,fail=3 waits for the running children, now,fail=10% terminates them"},
			"never", "soon,fail=", "now,fail="),
		&cli.IntFlag{Name: "max-errors", Category: aboutFailure, DefaultText: "any number", Usage: "as --halt soon,fail=`N`"},
		&cli.StringSliceFlag{Name: "include", Category: what, Usage: "only files that match `GLOB`; may be given again"},
		&cli.StringSliceFlag{Name: "exclude", Category: what, Usage: "neither files nor folders that match `GLOB`; may be given again"},
		oneOf(&cli.StringFlag{Name: "hash", Category: aboutProof, Value: string(digest.XXH128), Usage: "verify by `HASH`: xxh128, xxh64, blake3, sha256 or md5"},
			string(digest.XXH128), string(digest.XXH64), string(digest.BLAKE3), string(digest.SHA256), string(digest.MD5)),
		&cli.StringFlag{Name: "checksums", Category: aboutProof, Usage: "verify, and write what sha256sum -c, xxhsum -c … read to `FILE`", TakesFile: true},
		oneOf(&cli.StringFlag{Name: "confine", Category: aboutChild, Value: string(confine.Auto), Usage: "`WHEN` to confine each child to its job by Landlock: auto (where the kernel can), always or never"},
			string(confine.Auto), string(confine.Always), string(confine.Never)),
		oneOf(&cli.StringFlag{Name: "bwlimit", Category: aboutChild, Value: noRate, Usage: "all children together move no more than `RATE` bytes a second, as 500K, 10M or 1.5G; brood limit changes it"},
			noRate),
		&cli.StringFlag{Name: "memory", Category: aboutChild, Usage: "a child may take `SIZE` of memory: 512M, 1.5G …"},
		&cli.StringFlag{Name: "cpu-time", Category: aboutChild, Usage: "a child may use the CPU for `DURATION`: 90s, 2h …"},
		&cli.IntFlag{Name: "nice", Category: aboutChild, DefaultText: "as this process", Usage: "add `N`, -20 to 19, to the niceness of children"},
		oneOf(&cli.StringFlag{Name: "ionice", Category: aboutChild, Usage: "children read and write in `CLASS`: idle, best-effort[:0-7] or realtime[:0-7]"},
			"idle", "best-effort", "realtime"),
		&cli.BoolFlag{Name: "quiet", Category: aboutStory, Aliases: []string{"q"}, Usage: "only warnings and errors, no summary"},
		oneOf(&cli.StringFlag{Name: "progress", Category: aboutStory, Value: string(progressAuto), Usage: "show `WHEN` where the run stands: auto (on a terminal, unless --quiet), always (elsewhere as a line in the log each 10 s) or never"},
			string(progressAuto), string(progressAlways), string(progressNever)),
		&cli.StringFlag{Name: "record", Category: aboutStory, Usage: "write every event to `FILE` as JSON Lines", TakesFile: true},
		&cli.StringFlag{Name: "report", Category: aboutStory, TakesFile: true, Usage: "draw the run for a browser, in `FILE`: as brood report --html of its record"},
		oneOf(&cli.StringFlag{Name: "log-level", Category: aboutStory, Value: "info", Usage: "`LEVEL`: trace, debug, info, warn, error or off"},
			"trace", "debug", "info", "warn", "error", "off"),
		oneOf(&cli.StringFlag{Name: "log-format", Category: aboutStory, Value: "text", Usage: "`FORMAT`: text or json"},
			"text", "json"),
	}
}

// readRunOptions reads them, and SOURCE and DEST.
func readRunOptions(c *cli.Context, std Streams) (opts options, err error) {
	if opts, err = readStory(c, std); err != nil {
		return opts, err
	}
	opts.daemon, opts.name = c.Bool("daemon"), c.String("name")
	opts.plan = plan.Options{Include: c.StringSlice("include"), Exclude: c.StringSlice("exclude")}
	opts.source, opts.dest = c.Args().Get(0), c.Args().Get(1)
	if opts.jobs, opts.auto, err = parseJobs(c.String("jobs")); err != nil {
		return opts, err
	}
	if opts.admission, err = parseAdmission(c.String("load"), c.String("mem-free")); err != nil {
		return opts, err
	}
	if opts.name == "" || printable(opts.name) != opts.name || strings.Contains(opts.name, "\n") {
		return opts, fmt.Errorf("name %q: want one that can be printed on a line", opts.name)
	}
	if opts.plan.PerChild, opts.plan.Guided, err = parsePerChild(c.String("per-child")); err != nil {
		return opts, err
	}
	if err := opts.plan.Validate(); err != nil {
		return opts, err
	}
	if opts.copy.Hash, err = digest.Parse(c.String("hash")); err != nil {
		return opts, err
	}
	if opts.confine, err = confine.ParseMode(c.String("confine")); err != nil {
		return opts, err
	}
	if err = opts.readPatience(c); err != nil {
		return opts, err
	}
	if opts.bwlimit, err = parseRate(c.String("bwlimit")); err != nil {
		return opts, fmt.Errorf("bwlimit %w", err)
	}
	opts.limits, err = readLimits(c)
	return opts, err
}

// readStory reads what is said of the run, and where.
func readStory(c *cli.Context, std Streams) (opts options, err error) {
	opts = options{
		quiet: c.Bool("quiet"), json: c.Bool("json"), record: c.String("record"), checksums: c.String("checksums"), report: c.String("report"),
	}
	if opts.progress, err = parseProgress(c.String("progress")); err != nil {
		return opts, err
	}
	opts.log, err = readLogOptions(c, std)
	return opts, err
}

// parsePerChild reads how many files a child has at the most: N, or auto.
func parsePerChild(s string) (files int, guided bool, err error) {
	if s == "auto" {
		return 1, true, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 0, false, fmt.Errorf("per-child %q: want a number of files, 1 or more, or auto", s)
	}
	return n, false, nil
}

// readPatience reads how long a file is waited for, how often it is tried, and how many may fail.
func (o *options) readPatience(c *cli.Context) (err error) {
	if o.plan.Stall, err = duration("stall", c.String("stall")); err != nil {
		return err
	}
	if o.timeout, err = duration("timeout", c.String("timeout")); err != nil {
		return err
	}
	switch o.retries = c.Int("retries"); {
	case o.retries < 0:
		return fmt.Errorf("retries %d: want 0 or more", o.retries)
	case c.IsSet("halt") && c.IsSet("max-errors"):
		return errors.New("halt and max-errors: want one of the two")
	case c.IsSet("max-errors"):
		o.halt, err = parseMaxErrors(c.Int("max-errors"))
	default:
		o.halt, err = parseHalt(c.String("halt"))
	}
	return err
}

func wantSourceAndDest(c *cli.Context) error {
	if c.NArg() != 2 {
		return fmt.Errorf("want SOURCE and DEST, got %d arguments", c.NArg())
	}
	return nil
}

func readLogOptions(c *cli.Context, std Streams) (hclog.LoggerOptions, error) {
	level := hclog.LevelFromString(c.String("log-level"))
	if level == hclog.NoLevel {
		return hclog.LoggerOptions{}, fmt.Errorf("log-level %q: want trace, debug, info, warn, error or off", c.String("log-level"))
	}
	if c.Bool("quiet") && !c.IsSet("log-level") {
		level = hclog.Warn
	}
	format := c.String("log-format")
	if format != "text" && format != "json" {
		return hclog.LoggerOptions{}, fmt.Errorf("log-format %q: want text or json", format)
	}
	return hclog.LoggerOptions{Name: "brood", Output: std.Err, Level: level, JSONFormat: format == "json"}, nil
}
