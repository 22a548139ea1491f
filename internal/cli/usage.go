package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"
)

// usage puts an error of the flag package into brood's words, and adds a hint.
func usage(c *cli.Context, err error, _ bool) error {
	help := "brood --help"
	flags := c.App.VisibleFlags()
	ofCommand := c.Command != nil && c.Command.Name != c.App.Name
	if ofCommand {
		help, flags = "brood "+c.Command.Name+" --help", c.Command.VisibleFlags()
	}
	var name, suggestion string
	if _, scanErr := fmt.Sscanf(err.Error(), "flag provided but not defined: %s", &name); scanErr == nil {
		suggestion = nearFlag(flags, trimDashes(name))
		err = fmt.Errorf("no such flag: %s", typed(c, name))
		if letter := strange(flags, typed(c, name)); suggestion == "" && letter != "" {
			err = fmt.Errorf("no such flag: -%s, in %s", letter, typed(c, name))
		}
		if owner := ownerOf(c, trimDashes(name)); !ofCommand && owner != "" {
			return &usageError{err: err, hint: "flags follow the command: brood " + owner + " " + typed(c, name)}
		}
	} else {
		err = reworded(c, flags, err)
	}
	return &usageError{err: err, hint: didYouMean(suggestion, help)}
}

// strange returns the first letter that is no flag, of short flags that are written together, as -av; else "".
func strange(flags []cli.Flag, together string) string {
	letters, short := strings.CutPrefix(together, "-")
	if !short || strings.Contains(letters, "-") || letters == "" || flagIn(flags, letters[:1]) == nil {
		return ""
	}
	for _, letter := range letters {
		if flagIn(flags, string(letter)) == nil {
			return string(letter)
		}
	}
	return ""
}

// ownerOf returns the command that the command line names and that has the flag, "" if there is none.
func ownerOf(c *cli.Context, flag string) string {
	args, _ := c.App.Metadata[asTyped].([]string)
	for _, arg := range args {
		if command := c.App.Command(arg); command != nil && flagNamed(command, flag) != nil {
			return command.Name
		}
	}
	return ""
}

// asTyped is the key under which the app has the command line as it was typed.
const asTyped = "args"

// typed returns the flag with the dashes that the user has typed; the library knows only one.
func typed(c *cli.Context, flag string) string {
	args, _ := c.App.Metadata[asTyped].([]string)
	for _, arg := range args {
		if name, _, _ := strings.Cut(arg, "="); strings.HasPrefix(arg, "-") && trimDashes(name) == trimDashes(flag) {
			return name
		}
	}
	return flag
}

// reworded names the flag of an error as it was typed, and says what the flag wants. It returns any other error
// as it is.
func reworded(c *cli.Context, flags []cli.Flag, err error) error {
	text := err.Error()
	if name, ok := strings.CutPrefix(text, "flag needs an argument: "); ok {
		if f := flagIn(flags, trimDashes(name)); f != nil {
			return fmt.Errorf("%s: want a value: %s", typed(c, name), describeFlag(f).Value)
		}
	}
	for _, kind := range []string{"invalid value ", "invalid boolean value "} {
		rest, ok := strings.CutPrefix(text, kind)
		value, notQuoted := strconv.QuotedPrefix(rest)
		if !ok || notQuoted != nil {
			continue
		}
		_, rest, _ = strings.Cut(rest[len(value):], "-")
		name, reason, _ := strings.Cut(rest, ": ")
		if strings.Contains(reason, "out of range") {
			return fmt.Errorf("%s %s: the number is out of range", typed(c, "-"+name), value)
		}
		return fmt.Errorf("%s %s: want %s", typed(c, "-"+name), value, kindOf(flagIn(flags, name)))
	}
	return err
}

// wantValues refuses an empty value, as of --include "$UNSET", where it would stand for no flag. Other flags refuse
// it with their own words.
func wantValues(c *cli.Context) error {
	for _, f := range c.Command.VisibleFlags() {
		name := f.Names()[0]
		var values []string
		switch f.(type) {
		case *cli.StringFlag, *wordFlag:
			values = []string{c.String(name)}
		case *cli.StringSliceFlag:
			values = c.StringSlice(name)
		}
		if d := describeFlag(f); c.IsSet(name) && d.Default == "" && slices.Contains(values, "") {
			return misuse(c, fmt.Errorf(`%s "": want a value: %s`, typed(c, "-"+name), d.Value))
		}
	}
	return nil
}

// kindOf says what value the flag package takes for a flag.
func kindOf(f cli.Flag) string {
	switch f.(type) {
	case *cli.BoolFlag:
		return "no value"
	case *cli.Float64Flag:
		return "a number"
	case *cli.Uint64Flag:
		return "a whole number, 0 or more"
	}
	return "a whole number"
}
