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
	return []string{command, "--" + flag + "=" + value, "--", "a", "b", "c", "d"}
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
				if !strings.Contains(said, "got 4 arguments") {
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
			line, _, _ = strings.Cut(line, " | ")
			words := strings.Fields(strings.ReplaceAll(line, "'", ""))
			said := complaint(t, append(words[1:], "--no-such-flag")...)
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
			texts = append(texts, c.Help(p.Name, columns))
		}
		for _, text := range texts {
			for line := range strings.Lines(text) {
				line = strings.TrimSuffix(line, "\n")
				if example := strings.HasPrefix(line, "      brood "); len([]rune(line)) > columns && (!example || columns >= usualColumns) {
					t.Errorf("more than %d columns: %s", columns, line)
				}
				if strings.TrimRight(line, " ") != line {
					t.Errorf("blanks at the end: %q", line)
				}
			}
		}
	}
}
