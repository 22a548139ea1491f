package cli

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"brood/internal/lesson"
	"brood/internal/manual"
)

// wordFlag is a flag for whose value completion offers these words. After a word that ends with = the value goes on.
type wordFlag struct {
	*cli.StringFlag
	words []string
}

func oneOf(flag *cli.StringFlag, words ...string) cli.Flag { return &wordFlag{flag, words} }

// describe returns the command line as help, man page and completion need it: what app
// knows, and what the library has no place for.
func describe(app *cli.App) manual.Program {
	built := readBuild()
	p := manual.Program{
		Name: app.Name, Usage: app.Usage, Version: built.version, Date: built.date,
		Description:  app.Description,
		Flags:        describeFlags(app.VisibleFlags()),
		Topics:       topics(app),
		Surroundings: surroundings(""),
		Examples:     examples(""),
		SeeAlso:      []string{"cp", "rsync", "xargs", "xxhsum", "b3sum", "sha256sum", "nice", "ionice"},
	}
	for _, c := range app.VisibleCommands() {
		p.Commands = append(p.Commands, describeCommand(app, c))
	}
	return p
}

func describeCommand(app *cli.App, c *cli.Command) manual.Command {
	d := manual.Command{Name: c.Name, Usage: c.Usage, Description: c.Description, Examples: examples(c.Name),
		Reference: manual.Reference(c.Name), Surroundings: surroundings(c.Name)}
	d.Asks = describeFlags([]cli.Flag{cli.HelpFlag}) // the library adds it only to the command that runs
	for _, name := range strings.Fields(c.ArgsUsage) {
		bare, again := strings.CutSuffix(strings.Trim(name, "[]"), "...")
		d.Args = append(d.Args, manual.Arg{Name: name, Takes: argument(app, bare), Again: again})
	}
	marked := commonFlags(c.Name)
	for _, title := range groups() {
		in := slices.DeleteFunc(slices.Clone(c.VisibleFlags()), func(f cli.Flag) bool { return category(f) != title })
		if len(in) > 0 {
			d.Groups = append(d.Groups, manual.Group{Title: title, Flags: describeFlags(in)})
		}
		in = slices.DeleteFunc(in, func(f cli.Flag) bool { return !slices.Contains(marked, f.Names()[0]) })
		d.Common = append(d.Common, describeFlags(in)...)
	}
	return d
}

// commonFlags returns the names of a command's flags that are marked as common. Commands with few flags mark none.
func commonFlags(command string) (names []string) {
	var all []flag
	switch command {
	case "copy":
		all = copyFlags()
	case "verify":
		all = verifyFlags()
	case runName:
		all = commandFlags()
	}
	for _, f := range all {
		if f.use&common != 0 {
			names = append(names, f.Names()[0])
		}
	}
	return names
}

func category(f cli.Flag) string {
	if c, ok := f.(cli.CategorizableFlag); ok {
		return c.GetCategory()
	}
	return ""
}

func describeFlags(flags []cli.Flag) []manual.Flag {
	var all []manual.Flag
	for _, f := range flags {
		all = append(all, describeFlag(f))
	}
	return all
}

func describeFlag(f cli.Flag) manual.Flag {
	doc := f.(cli.DocGenerationFlag)
	d := manual.Flag{Names: f.Names()}
	before, value, _ := strings.Cut(doc.GetUsage(), "`")
	value, after, _ := strings.Cut(value, "`")
	d.Usage = before + value + after
	if doc.TakesValue() {
		d.Value, d.Default = value, strings.Trim(doc.GetDefaultText(), `"`)
	}
	switch f := f.(type) {
	case *wordFlag:
		d.Takes.Words = plain(f.words)
	case *cli.StringFlag:
		d.Takes.Files = f.TakesFile
	case *cli.StringSliceFlag:
		d.Again, d.Takes.Files = true, f.TakesFile
	}
	return d
}

// argument returns what completion offers for a word of a command's ArgsUsage.
func argument(app *cli.App, name string) manual.Value {
	switch name {
	case "SOURCE", "RECORD", "COMMAND", "PROGRAM", "ARG":
		return manual.Value{Files: true}
	case "DEST", "FOLDER", "JOB-DIR":
		return manual.Value{Folders: true}
	case "NAME":
		return manual.Value{Words: lessons()}
	case "RATE":
		return manual.Value{Words: plain([]string{noRate})}
	case "SHELL":
		return manual.Value{Words: plain(manual.Shells())}
	case "COMMAND|TOPIC":
		return manual.Value{Words: append(commands(app), topicWords(app)...)}
	}
	return manual.Value{}
}

func lessons() []manual.Entry {
	var all []manual.Entry
	for _, l := range lesson.All() {
		all = append(all, manual.Entry{Term: l.Name, Text: l.Title.In("en")})
	}
	return append(all, manual.Entry{Term: quizName, Text: lesson.QuizTitle.In("en")},
		manual.Entry{Term: allName, Text: lesson.AllTitle.In("en")})
}

func commands(app *cli.App) []manual.Entry {
	var all []manual.Entry
	for _, c := range app.VisibleCommands() {
		all = append(all, manual.Entry{Term: c.Name, Text: c.Usage})
	}
	return all
}

func topicWords(app *cli.App) (all []manual.Entry) {
	for _, t := range topics(app) {
		all = append(all, manual.Entry{Term: t.Name, Text: t.Title})
	}
	return all
}

func plain(words []string) []manual.Entry {
	var all []manual.Entry
	for _, w := range words {
		all = append(all, manual.Entry{Term: w})
	}
	return all
}
