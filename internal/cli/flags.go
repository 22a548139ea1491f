package cli

import (
	"runtime"
	"slices"
	"strconv"

	"github.com/urfave/cli/v2"

	"brood/internal/confine"
	"brood/internal/digest"
	"brood/internal/filecopy"
	"brood/internal/run"
)

// use says who needs a flag of a run. It decides where the flag goes, so every flag has
// exactly one (TestEveryFlagHasAUse).
type use int

const (
	_           use = iota
	forParent       // which items, and how the run goes; on a cluster only the submitting side reads it
	forChildren     // each task of a cluster gets it as it was given
	forOutput       // log, summary and files; brood follow has these flags too
	forCluster      // only together with --on slurm
	forSbatch       // likewise, and passed to sbatch, which has a flag of that name

	common use = 1 << 4 // beside one of these: -h lists the flag
)

// logFormat is the name of a flag that counts even where the command line makes no sense.
const logFormat = "log-format"

// flag is a flag of a run, with its use.
type flag struct {
	cli.Flag
	use use
}

// flagsOf returns the flags without their use, as the library wants them.
func flagsOf(flags []flag) (all []cli.Flag) {
	for _, f := range flags {
		all = append(all, f.Flag)
	}
	return all
}

// of returns the flags that have the use.
func (u use) of(flags []flag) (all []flag) {
	for _, f := range flags {
		if f.use&^common == u {
			all = append(all, f)
		}
	}
	return all
}

// runFlags are the flags of every run of a command. Its children are called command-1, command-2 …;
// what is the title under which help lists the flags that choose items.
func runFlags(command, what string) []flag {
	proof := forChildren
	if command == "verify" { // in brood copy, the common one is --verify
		proof |= common
	}
	return slices.Concat([]flag{
		{oneOf(&cli.StringFlag{Name: "jobs", Category: aboutSlots, Aliases: []string{"j"},
			Value: strconv.Itoa(runtime.NumCPU()), DefaultText: "the CPUs",
			Usage: "run `N` children at once; 0: no limit; auto: look for the fastest number"},
			"auto"), forChildren | common},
		{&cli.StringFlag{Name: "load", Category: aboutSlots,
			Usage: "start no child while `N` processes run or wait for a CPU or disk; 100%: as many as CPUs"},
			forChildren},
		{&cli.StringFlag{Name: "mem-free", Category: aboutSlots,
			Usage: "start no child while less than `SIZE` of memory is available"}, forChildren},
		{oneOf(&cli.StringFlag{Name: "per-child", Category: aboutSlots, Value: "1", DefaultText: "1",
			Usage: "give a child up to `N` files; auto: small files share a child, big ones do not"},
			"auto"), forChildren},
		{&cli.BoolFlag{Name: "daemon", Category: aboutChild,
			Usage: "tie the children to this process; they never outlive it"}, forParent | common},
		{&cli.StringFlag{Name: "name", Category: aboutLog, Value: command,
			Usage: "call the children `NAME`-1, NAME-2 …"}, forChildren},
		{&cli.StringFlag{Name: "stall", Category: aboutFailure, Value: "1m",
			Usage: "give up a file that makes no progress for `DURATION`; 0: never"}, forChildren},
		{&cli.StringFlag{Name: "timeout", Category: aboutFailure,
			Usage: "give up a file that takes longer than `DURATION`"}, forChildren},
		{&cli.IntFlag{Name: "retries", Category: aboutFailure,
			Usage: "try a file again up to `N` times when the cause of its failure may pass"}, forChildren},
		{oneOf(&cli.StringFlag{Name: "halt", Category: aboutFailure, Value: "never",
			Usage: "end the run `WHEN` too many files failed: soon,fail=3 waits for the running children, " +
				"now,fail=10% terminates them"},
			"never", "soon,fail=", "now,fail="), forParent},
		{&cli.IntFlag{Name: "max-errors", Category: aboutFailure, DefaultText: "any number",
			Usage: "same as --halt soon,fail=`N`"}, forParent},
	}, filterFlags(what, common), []flag{
		{&cli.StringFlag{Name: "files-from", Category: what, TakesFile: true,
			Usage: "take only the names in `FILE`, one a line (LF or CR LF), relative to SOURCE; " +
				"a folder with all in it; -: standard input"}, forParent},
		{&cli.BoolFlag{Name: "null", Category: what, Aliases: []string{"0"},
			Usage: "with --files-from: a zero byte ends each name, not the line"}, forParent},
		{oneOf(&cli.StringFlag{Name: "hash", Category: aboutProof, Value: string(digest.XXH128),
			Usage: "verify by `HASH`: " + digest.List()},
			hashes()...), proof},
		{&cli.StringFlag{Name: "checksums", Category: aboutProof, TakesFile: true,
			Usage: "verify, and write `FILE` for sha256sum -c, xxhsum -c and the like"}, forOutput},
		{oneOf(&cli.StringFlag{Name: "confine", Category: aboutChild, Value: string(confine.Auto),
			Usage: "confine each child to its files by Landlock `WHEN`: auto (where the kernel can), always or never"},
			string(confine.Auto), string(confine.Always), string(confine.Never)), forChildren},
		{oneOf(&cli.StringFlag{Name: "bwlimit", Category: aboutChild, Value: noRate,
			Usage: "limit all children together to `RATE` bytes a second: 500K, 10M or 1.5G; brood limit changes it"},
			noRate), forParent | common},
		{&cli.StringFlag{Name: "memory", Category: aboutChild,
			Usage: "limit the memory of a child to `SIZE`: 512M, 1.5G …"}, forChildren},
		{&cli.StringFlag{Name: "cpu-time", Category: aboutChild,
			Usage: "limit the CPU time of a child to `DURATION`: 90s, 2h …"}, forChildren},
		{&cli.IntFlag{Name: "nice", Category: aboutChild, DefaultText: "as this process",
			Usage: "add `N`, -20 to 19, to the niceness of children"}, forChildren},
		{oneOf(&cli.StringFlag{Name: "ionice", Category: aboutChild,
			Usage: "set the I/O `CLASS` of children: idle, best-effort[:0-7] or realtime[:0-7]"},
			"idle", "best-effort", "realtime"), forChildren},
		{&cli.BoolFlag{Name: "quiet", Category: aboutLog, Aliases: []string{"q"},
			Usage: "log only warnings and errors, print no summary"}, forOutput | common},
		{&cli.BoolFlag{Name: "verbose", Category: aboutLog, Aliases: []string{"v"},
			Usage: "log at a terminal as elsewhere: the start and the end of each child"}, forOutput},
		{oneOf(&cli.StringFlag{Name: "progress", Category: aboutLog, Value: string(run.ProgressAuto),
			Usage: "show progress `WHEN`: auto (on a terminal, unless --quiet), " +
				"always (elsewhere as a line in the log every 10 s) or never"},
			string(run.ProgressAuto), string(run.ProgressAlways), string(run.ProgressNever)), forOutput},
		{&cli.StringFlag{Name: "record", Category: aboutLog, TakesFile: true,
			Usage: "write every event to `FILE` as JSON Lines"}, forOutput | common},
		{&cli.StringFlag{Name: "report", Category: aboutLog, TakesFile: true,
			Usage: "draw the run as a page for a browser in `FILE`, as brood report --html does"}, forOutput},
		{oneOf(&cli.StringFlag{Name: "log-level", Category: aboutLog, Value: "info",
			Usage: "log from `LEVEL` on: trace, debug, info, warn, error or off"},
			"trace", "debug", "info", "warn", "error", "off"), forOutput},
		{oneOf(&cli.StringFlag{Name: logFormat, Category: aboutLog, Value: "text",
			Usage: "log as `FORMAT`: text or json"},
			"text", "json"), forOutput},
	})
}

// filterFlags are the flags that choose files below a folder. readFilters reads them. mark is that of --exclude.
func filterFlags(what string, mark use) []flag {
	return []flag{
		{&cli.StringSliceFlag{Name: "include", Category: what,
			Usage: "take only files that match `GLOB`; may be repeated"}, forParent},
		{&cli.StringSliceFlag{Name: "exclude", Category: what,
			Usage: "leave out files and folders that match `GLOB`; may be repeated"}, forParent | mark},
	}
}

// copyFlags are the flags of brood copy.
func copyFlags() []flag {
	flags := append(runFlags("copy", aboutCopied), []flag{
		{oneOf(&cli.StringFlag{Name: "overwrite", Category: aboutCopied, Value: string(filecopy.Changed),
			Usage: "replace `WHICH` existing files: changed (other size or time), always or never"},
			string(filecopy.Changed), string(filecopy.Always), string(filecopy.Never)), forChildren | common},
		{&cli.BoolFlag{Name: "archive", Category: aboutCopied, Aliases: []string{"a"},
			Usage: "keep owners, special bits, extended attributes, ACLs and hard links; " +
				"copy named pipes and devices too"},
			forChildren | common},
		{&cli.BoolFlag{Name: "strict", Category: aboutCopied,
			Usage: "fail a file when DEST cannot hold one of its attributes"}, forChildren},
		{&cli.BoolFlag{Name: "durable", Category: aboutProof,
			Usage: "count a file as copied when it and its name are on the medium"}, forChildren},
		{&cli.BoolFlag{Name: "verify", Category: aboutProof,
			Usage: "read each copy back from the medium; compare it with what was read"}, forChildren | common},
		{&cli.BoolFlag{Name: "resume", Category: aboutCopied,
			Usage: "continue partial copies from where they are proved equal"}, forParent},
		{&cli.StringFlag{Name: "retry-failed", Category: aboutCopied, TakesFile: true,
			Usage: "copy only what failed in the run of `RECORD`"}, forParent},
		{&cli.BoolFlag{Name: "force", Category: aboutCopied,
			Usage: "begin although DEST has too little room"}, forParent},
		{&cli.BoolFlag{Name: "dry-run", Category: aboutCopied, Aliases: []string{"n"},
			Usage: "list what would be copied, touch nothing"}, forParent | common},
		jsonSummary(),
	}...)
	return append(flags, clusterFlags("copy")...)
}

// verifyFlags are the flags of brood verify.
func verifyFlags() []flag {
	return append(runFlags("verify", aboutCompared),
		flag{&cli.BoolFlag{Name: "json", Category: aboutLog,
			Usage: "print each difference, then the summary, as a line of JSON"}, forOutput | common})
}

func jsonSummary() flag {
	return flag{&cli.BoolFlag{Name: "json", Category: aboutLog, Usage: "print the summary as JSON"}, forOutput}
}

// clusterFlags are the flags of a command for a run on a cluster.
func clusterFlags(command string) []flag {
	seen, beside, items := "SOURCE and DEST", "beside DEST", "files"
	if command == runName {
		seen, beside, items = "the current folder", "in the current folder", "commands"
	}
	return []flag{
		{oneOf(&cli.StringFlag{Name: "on", Category: aboutCluster,
			Usage: command + " on `WHERE` instead of this machine: slurm, a cluster whose nodes see " + seen +
				" as it does"},
			"slurm"), forParent},
		{&cli.StringFlag{Name: "job-dir", Category: aboutCluster, DefaultText: beside,
			Usage: "keep lists and records in `FOLDER`, new or empty, which all nodes see"}, forCluster},
		{&cli.StringFlag{Name: "partition", Category: aboutCluster,
			Usage: "use the nodes of `PARTITION`"}, forSbatch},
		{&cli.IntFlag{Name: "nodes", Category: aboutCluster, Aliases: []string{"N"}, DefaultText: "as Slurm has it",
			Usage: "use `N` whole nodes at once"}, forCluster},
		{&cli.IntFlag{Name: "cpus-per-task", Category: aboutCluster, DefaultText: "--jobs, else 2",
			Usage: "give a task `N` CPUs, and without --jobs as many children at once"}, forCluster},
		{&cli.StringFlag{Name: "time", Category: aboutCluster,
			Usage: "limit a task to `TIME`, as sbatch does: 30, 2:00:00, 1-0"}, forSbatch},
		{&cli.StringFlag{Name: "account", Category: aboutCluster, Usage: "charge `ACCOUNT`"}, forSbatch},
		{&cli.StringFlag{Name: "qos", Category: aboutCluster, Usage: "ask for the quality of service `QOS`"},
			forSbatch},
		{&cli.StringFlag{Name: "constraint", Category: aboutCluster, Usage: "use nodes with `FEATURES`"}, forSbatch},
		{&cli.StringSliceFlag{Name: "slurm-arg", Category: aboutCluster,
			Usage: "pass any other `ARG` to sbatch: --slurm-arg=--mem=2G; may be repeated"}, forCluster},
		{&cli.IntFlag{Name: "array-throttle", Category: aboutCluster, DefaultText: "as Slurm has it",
			Usage: "run `N` tasks at once"}, forCluster},
		{&cli.IntFlag{Name: "per-task", Category: aboutCluster, DefaultText: "by the amount of work",
			Usage: "give a task up to `N` " + items}, forCluster},
		{&cli.StringFlag{Name: "heartbeat", Category: aboutCluster, Value: "1m",
			Usage: "with --daemon, end the tasks when nobody has followed them for `DURATION`"}, forCluster},
		{&cli.BoolFlag{Name: "detach", Category: aboutCluster,
			Usage: "submit, print the job's ID, and leave; brood follow takes it up"}, forCluster},
	}
}

// taskFlags are the flags of a command that runs on a node: those of brood copy or run that it may
// be passed, and its own.
func taskFlags(flags []flag) []cli.Flag {
	return append(flagsOf(flags),
		&cli.IntFlag{Name: "batch", Usage: "work on the items of batch `N`"},
		&cli.IntFlag{Name: "generation", Usage: "belong to array `N` of the run"},
		&cli.BoolFlag{Name: "again", Usage: "an earlier task had the same batch"})
}

// hashes returns the words of --hash.
func hashes() (words []string) {
	for _, h := range digest.All() {
		words = append(words, string(h))
	}
	return words
}
