package target

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"

	"brood/internal/confine"
	"brood/internal/digest"
	"brood/internal/filecopy"
	"brood/internal/process"
)

// Kwargs is what every target here has to know.
type Kwargs struct {
	Source, Dest string
	Options      filecopy.Options // but for its functions, which are the child's own
	Confine      confine.Mode
	Slot         int // of the shared memory, where progress is written; 0: events report it

	// Folders are Source and Dest, opened, which the child inherits: it works there, wherever the
	// paths lead by then. Without Dest it makes that where it is missing, and without both it
	// opens them by their paths, as on Windows anyway.
	Folders []*os.File
}

// Copy is the process that copies the names: files, links, folders …
func (j Kwargs) Copy(names []string) process.Config { return j.config("copy", names) }

// Link is the process that makes each name a hard link to the one in firsts.
func (j Kwargs) Link(firsts, names []string) process.Config {
	pairs := make([]string, 0, 2*len(names))
	for i := range names {
		pairs = append(pairs, firsts[i], names[i])
	}
	return j.config("link", pairs)
}

// Verify is the process that compares the contents of the files on both sides.
func (j Kwargs) Verify(names []string) process.Config { return j.config("verify", names) }

func (j Kwargs) config(target string, args []string) process.Config {
	kwargs := map[string]string{}
	for _, o := range j.options() {
		if o.value != "" {
			kwargs[o.key] = o.value
		}
	}
	c := process.Config{Target: target, Args: args, Kwargs: kwargs}
	if runtime.GOOS != "windows" {
		c.Files = j.Folders
	}
	return c
}

// option is one of the named arguments: how it is written, and read.
type option struct {
	key, value string // "": left out
	read       func(string) error
}

func (j *Kwargs) options() []option {
	return []option{
		{"source", j.Source, text(&j.Source)},
		{"dest", j.Dest, text(&j.Dest)},
		{"overwrite", string(j.Options.Overwrite), parsed(&j.Options.Overwrite, filecopy.ParseOverwrite)},
		{"hash", string(j.Options.Hash), parsed(&j.Options.Hash, digest.Parse)},
		{"confine", unlessAuto(j.Confine), parsed(&j.Confine, confine.ParseMode)},
		{"slot", unlessNone(j.Slot), number(&j.Slot)},
		flag("archive", &j.Options.Archive),
		flag("strict", &j.Options.Strict),
		flag("durable", &j.Options.Durable),
		flag("resume", &j.Options.Resume),
		flag("shared", &j.Options.Shared),
	}
}

var errUsage = errors.New("want --source=DIR and --dest=DIR, and names after --")

// bind reads what config has written.
func bind(kwargs map[string]string) (j Kwargs, err error) {
	options := j.options()
	for key, value := range kwargs {
		o := find(options, key)
		if o == nil {
			return j, fmt.Errorf("no such argument: %q", key)
		}
		if err := o.read(value); err != nil {
			return j, err
		}
	}
	if j.Source == "" || j.Dest == "" {
		return j, errUsage
	}
	return j, nil
}

func unlessAuto(m confine.Mode) string {
	if m == confine.Auto {
		return ""
	}
	return string(m)
}

func unlessNone(slot int) string {
	if slot == 0 {
		return ""
	}
	return strconv.Itoa(slot)
}

func number(to *int) func(string) error {
	return func(value string) (err error) {
		*to, err = strconv.Atoi(value)
		return err
	}
}

func find(options []option, key string) *option {
	for i := range options {
		if options[i].key == key {
			return &options[i]
		}
	}
	return nil
}

func text(to *string) func(string) error {
	return func(value string) error { *to = value; return nil }
}

func parsed[T ~string](to *T, parse func(string) (T, error)) func(string) error {
	return func(value string) (err error) {
		*to, err = parse(value)
		return err
	}
}

func flag(key string, on *bool) option {
	const yes = "true"
	o := option{key: key, read: func(value string) error {
		if value != yes {
			return fmt.Errorf("%s %q: want true", key, value)
		}
		*on = true
		return nil
	}}
	if *on {
		o.value = yes
	}
	return o
}
