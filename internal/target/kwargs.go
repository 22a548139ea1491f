package target

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"

	"brood/internal/argument"
	"brood/internal/confine"
	"brood/internal/digest"
	"brood/internal/filecopy"
	"brood/internal/process"
)

// Kwargs are the named arguments that every target takes: --source=DIR, --dest=DIR and the options. The parent
// fills them in and makes a process of them; the child has the same Kwargs again.
//
//	target.Kwargs{Source: "a", Dest: "b"}.Copy([]string{"1.mov"})   // child copy --source=a --dest=b -- 1.mov
type Kwargs struct {
	Source, Dest string
	Options      filecopy.Options // without its functions, which the child sets itself
	Confine      confine.Mode
	Slot         int // of the shared memory, for the child's progress; 0: progress is sent as events

	// Folders are Source and Dest, opened, which the child inherits. It works there, wherever the paths lead
	// by then. Without the second one the child opens Dest by its path, and makes it if it is missing.
	// Without any, and on Windows always, it opens both by their paths.
	Folders []*os.File
}

// Copy returns the process that copies the names: files, links, folders …
func (k Kwargs) Copy(names []string) process.Config { return k.config("copy", names) }

// Link returns the process that makes each name a hard link to the name at the same place in firsts.
func (k Kwargs) Link(firsts, names []string) process.Config {
	pairs := make([]string, 0, 2*len(names))
	for i := range names {
		pairs = append(pairs, firsts[i], names[i])
	}
	return k.config("link", pairs)
}

// Verify returns the process that compares the contents of the files on both sides.
func (k Kwargs) Verify(names []string) process.Config { return k.config("verify", names) }

func (k Kwargs) config(target string, args []string) process.Config {
	kwargs := map[string]string{}
	for _, row := range k.rows() {
		if row.Value != "" {
			kwargs[row.Key] = row.Value
		}
	}
	c := process.Config{Target: target, Args: args, Kwargs: kwargs}
	if runtime.GOOS != "windows" {
		c.Files = k.Folders
	}
	return c
}

func (k *Kwargs) rows() []argument.Row {
	o := &k.Options
	return []argument.Row{
		argument.Text("source", &k.Source),
		argument.Text("dest", &k.Dest),
		argument.Parsed("overwrite", &o.Overwrite, filecopy.ParseOverwrite),
		argument.Parsed("hash", &o.Hash, digest.Parse),
		argument.Parsed("confine", &k.Confine, confine.ParseMode).Unless(string(confine.Auto)),
		argument.Number("slot", &k.Slot),
		argument.Flag("archive", &o.Archive),
		argument.Flag("strict", &o.Strict),
		argument.Flag("durable", &o.Durable),
		argument.Flag("resume", &o.Resume),
		argument.Flag("shared", &o.Shared),
	}
}

var errUsage = errors.New("want --source=DIR and --dest=DIR, and names after --")

// bind reads what config has written.
func bind(kwargs map[string]string) (k Kwargs, err error) {
	rows := k.rows()
	for key, value := range kwargs {
		i := slices.IndexFunc(rows, func(row argument.Row) bool { return row.Key == key })
		if i < 0 {
			return k, fmt.Errorf("no such argument: %q", key)
		}
		if err := rows[i].Read(value); err != nil {
			return k, err
		}
	}
	if k.Source == "" || k.Dest == "" {
		return k, errUsage
	}
	return k, nil
}
