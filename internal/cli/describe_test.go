package cli

import (
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"brood/internal/manual"
)

// described is the whole command line, the library's own command included.
func described(t *testing.T) (*cli.App, manual.Program) {
	t.Helper()
	app := newApp(Streams{Out: io.Discard, Err: io.Discard})
	app.Setup()
	p := describe(app)
	p.Version, p.Date = "v1.2.3", "2026-11-24"
	return app, p
}

// complaint returns brood's error for a command line, which must be a usage error.
func complaint(t *testing.T, args ...string) string {
	t.Helper()
	app := newApp(Streams{Out: io.Discard, Err: io.Discard})
	var usage *usageError
	if err := app.Run(flagsFirst(append([]string{"brood"}, args...), app)); !errors.As(err, &usage) {
		t.Fatalf("%q: %v", args, err)
	}
	return usage.Error()
}

// rejected returns a line that every command refuses, for any value of the flag.
func rejected(command, flag, value string) []string {
	if takesCommand(command) || command == "run-task" { // it takes any number but none
		return []string{command, "--" + flag + "=" + value}
	}
	line := []string{command, "--" + flag + "=" + value, "--", "a"}
	if command == "copy" || command == "verify" || command == "task" { // they take any number but one
		return line
	}
	return append(line, "b", "c", "d")
}

func TestEachWordOfAFlagIsTaken(t *testing.T) {
	app, _ := described(t)
	for _, c := range app.Commands {
		for _, f := range c.Flags {
			words, ok := f.(*wordFlag)
			if !ok {
				continue
			}
			for _, word := range words.words {
				if strings.HasSuffix(word, "=") {
					word += "3"
				}
				said := complaint(t, rejected(c.Name, words.Name, word)...)
				if !regexp.MustCompile("got [014] argument").MatchString(said) {
					t.Errorf("brood %s --%s %s: %s", c.Name, words.Name, word, said)
				}
			}
		}
	}
}

// The error for a wrong value lists the same words that completion offers.
func TestEachWordThatIsWantedIsOffered(t *testing.T) {
	app, _ := described(t)
	want := regexp.MustCompile(`: want ([\w-]+(?:(?:, | or )[\w-]+)+)$`)
	found := 0
	for _, c := range app.Commands {
		for _, f := range c.Flags {
			doc, ok := f.(cli.DocGenerationFlag)
			if !ok || !doc.TakesValue() {
				continue
			}
			match := want.FindStringSubmatch(complaint(t, rejected(c.Name, f.Names()[0], "?")...))
			if match == nil {
				continue
			}
			found++
			wanted := strings.Split(strings.ReplaceAll(match[1], " or ", ", "), ", ")
			words, ok := f.(*wordFlag)
			if !ok || !slices.Equal(slices.Sorted(slices.Values(words.words)), slices.Sorted(slices.Values(wanted))) {
				t.Errorf("brood %s --%s wants %q and offers others", c.Name, f.Names()[0], wanted)
			}
		}
	}
	if found < 10 {
		t.Errorf("found only %d flags of that kind", found)
	}
}

func TestEachFlagIsInAGroup(t *testing.T) {
	app, p := described(t)
	for i, c := range app.VisibleCommands() {
		var grouped []string
		for _, g := range p.Commands[i].Groups {
			for _, f := range g.Flags {
				grouped = append(grouped, f.Names[0])
			}
		}
		for _, f := range c.VisibleFlags() {
			if name := f.Names()[0]; !slices.Contains(grouped, name) {
				t.Errorf("brood %s --%s is in the group %q", c.Name, name, category(f))
			}
		}
	}
}

func TestEachFlagThatTakesAFileSaysSo(t *testing.T) {
	_, p := described(t)
	for _, c := range p.Commands {
		for _, g := range c.Groups {
			for _, f := range g.Flags {
				if wants := f.Value == "FILE" || f.Value == "RECORD"; wants != f.Takes.Files {
					t.Errorf("brood %s --%s %s: files: %v", c.Name, f.Names[0], f.Value, f.Takes.Files)
				}
			}
		}
	}
}

// Every argument beside the flags must be known, or completion offers nothing for it.
func TestEachArgumentIsKnown(t *testing.T) {
	_, p := described(t)
	for _, c := range p.Commands {
		for _, a := range c.Args {
			if v := a.Takes; strings.Trim(a.Name, "[]") != "PID" && !v.Files && !v.Folders && len(v.Words) == 0 {
				t.Errorf("brood %s: nothing is known of %s", c.Name, a.Name)
			}
		}
	}
}

// The examples are command lines that brood takes: with one more flag, that alone is wrong.
func TestExamplesAreTaken(t *testing.T) {
	_, p := described(t)
	examples := 0
	for _, c := range p.Commands {
		for _, e := range c.Examples {
			line := e.Text
			if _, inner, ok := strings.Cut(line, "<("); ok {
				line = strings.TrimSuffix(inner, ")")
			}
			if before, after, _ := strings.Cut(line, " | "); strings.HasPrefix(after, "brood") {
				line = after
			} else {
				line = before
			}
			words := strings.Fields(strings.ReplaceAll(line, "'", ""))
			said := complaint(t, slices.Insert(words[1:], 1, "--no-such-flag")...)
			if !strings.Contains(said, "no such flag: -no-such-flag") || words[1] != c.Name {
				t.Errorf("%s: %s", e.Text, said)
			}
			examples++
		}
	}
	if examples < 5 {
		t.Errorf("%d examples", examples)
	}
}

func TestHelpFitsTheTerminal(t *testing.T) {
	_, p := described(t)
	for _, columns := range []int{leastColumns, usualColumns, mostColumns} {
		texts := []string{p.Help(columns)}
		for _, c := range p.Commands {
			texts = append(texts, c.Help(p.Name, columns), c.Brief(p.Name, columns))
		}
		for _, text := range texts {
			for line := range strings.Lines(text) {
				line = strings.TrimSuffix(line, "\n")
				if len([]rune(line)) > columns {
					t.Errorf("more than %d columns: %s", columns, line)
				}
				if strings.TrimRight(line, " ") != line {
					t.Errorf("blanks at the end: %q", line)
				}
			}
		}
	}
}

// -h fits a terminal of usual width on one page.
func TestBriefHelpIsShort(t *testing.T) {
	const most = 45
	_, p := described(t)
	texts := map[string]string{}
	for _, c := range p.Commands {
		texts[c.Name] = c.Brief(p.Name, usualColumns)
		if len(c.Common) > 10 {
			t.Errorf("brood %s has %d common flags", c.Name, len(c.Common))
		}
	}
	for name, text := range texts {
		if n := strings.Count(text, "\n"); n > most {
			t.Errorf("%s -h has %d lines, at most %d are short:\n%s", name, n, most, text)
		}
	}
}

// -h explains each common flag by the first part of what --help says.
func TestBriefHelpHasTheCommonFlags(t *testing.T) {
	_, p := described(t)
	text := p.Commands[0].Brief(p.Name, mostColumns)
	for _, line := range []string{
		"   -j, --jobs N           run N children at once (default: the CPUs)",
		"   -n, --dry-run          list what would be copied, touch nothing",
		"\nAll flags: brood copy --help",
	} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("no line %q in\n%s", line, text)
		}
	}
	for _, rare := range []string{"--slurm-arg", "--ionice CLASS"} {
		if strings.Contains(text, rare) {
			t.Errorf("%s is not common:\n%s", rare, text)
		}
	}
}

// A shell takes an example that is broken for a narrow terminal as the same command line.
func TestBrokenExamplesAreTheSame(t *testing.T) {
	_, p := described(t)
	for _, c := range p.Commands {
		text := strings.Join(strings.Fields(strings.ReplaceAll(c.Help(p.Name, leastColumns), "\\\n", " ")), " ")
		for _, e := range c.Examples {
			if !strings.Contains(text, e.Text) {
				t.Errorf("%s is not in\n%s", e.Text, text)
			}
		}
	}
}
