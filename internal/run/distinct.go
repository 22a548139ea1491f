package run

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// checkDistinct returns an error for a file that the run of commands would write although it reads that file, or writes
// it for another flag as well. Only a joblog may be continued. The caller has the inputs from Command.inputs.
func checkDistinct(spec *Spec, inputs []fs.FileInfo) error {
	command, files := spec.Command, spec.Files
	written := []struct{ flag, name string }{
		{"--record", files.Record}, {"--report", files.Report}, {"--joblog", files.Joblog},
	}
	if results := command.Output.Results; strings.HasSuffix(results, ".jsonl") {
		written = slices.Insert(written, 0, struct{ flag, name string }{"--results", results})
	}
	for i, f := range written {
		if f.name == "" || f.name == Stdout {
			continue
		}
		for _, other := range written[:i] {
			if samePath(f.name, other.name) || SameFile(f.name, other.name) {
				return fmt.Errorf("%s %q: is also the file of %s", f.flag, f.name, other.flag)
			}
		}
		for _, name := range command.Resume.Files {
			if f.flag != "--joblog" && SameFile(f.name, name) {
				return fmt.Errorf("%s %q: the run resumes from this file", f.flag, f.name)
			}
		}
		info, err := os.Stat(f.name)
		reads := func(input fs.FileInfo) bool { return os.SameFile(info, input) }
		if err == nil && slices.ContainsFunc(inputs, reads) {
			return fmt.Errorf("%s %q: the run reads its input from this file", f.flag, f.name)
		}
	}
	return nil
}

// samePath tells whether two names are the same path, whether or not there is a file.
func samePath(a, b string) bool {
	pathA, errA := filepath.Abs(a)
	pathB, errB := filepath.Abs(b)
	return errA == nil && errB == nil && pathA == pathB
}

// inputs returns the regular files that items or blocks come from. No other file can be truncated.
func (c *Command) inputs() (all []fs.FileInfo) {
	var names []string
	for _, source := range c.Items.Sources {
		names = append(names, source.File)
	}
	switch {
	case c.Blocks != nil:
		names = append(names, cmp.Or(c.Blocks.File, Stdout))
	case len(names) == 0 && c.From == "":
		names = append(names, Stdout)
	}
	for _, name := range names {
		info, err := os.Stat(name)
		if name == Stdout {
			info, err = os.Stdin.Stat()
		}
		if err == nil && info.Mode().IsRegular() {
			all = append(all, info)
		}
	}
	return all
}
