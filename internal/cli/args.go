package cli

import (
	"strings"

	"github.com/urfave/cli/v2"
)

// flagsFirst moves a command's flags before its other arguments, where the flag package
// looks for them: people also write "brood copy SOURCE DEST --jobs 4". A "--" ends the
// flags. -j4 becomes -j 4. With --help everything else is ignored. A flag that lacks its
// value stays last, so that the flag package reports it.
func flagsFirst(args []string, app *cli.App) []string {
	if len(args) < 2 {
		return args
	}
	command := app.Command(args[1])
	if command == nil {
		return args
	}
	flags, rest, help := args[:2:2], []string{}, false
	for i := 2; i < len(args); i++ {
		arg := args[i]
		switch {
		case arg == "--":
			rest = append(rest, args[i+1:]...)
			i = len(args)
		case len(arg) < 2 || arg[0] != '-':
			rest = append(rest, arg)
		case len(arg) > 2 && strings.HasPrefix(arg, "-j") && strings.Trim(arg[2:], "0123456789") == "":
			flags = append(flags, "-j", arg[2:])
		case trimDashes(arg) == "help" || trimDashes(arg) == "h":
			help = true
		case !takesValue(command, arg):
			flags = append(flags, arg)
		case i+1 == len(args):
			return append(flags, arg)
		default:
			flags = append(flags, arg, args[i+1])
			i++
		}
	}
	switch {
	case help && len(rest) > 0 && command.Name == lessonName: // help on that lesson
		flags = append(flags, "--"+aboutFlag)
	case help:
		return []string{args[0], args[1], "--help"}
	}
	return append(append(flags, "--"), rest...)
}

// takesValue reports whether the argument after this flag is its value.
func takesValue(command *cli.Command, arg string) bool {
	name := trimDashes(arg)
	if strings.Contains(name, "=") {
		return false
	}
	for _, flag := range command.Flags {
		if _, isBool := flag.(*cli.BoolFlag); isBool {
			continue
		}
		if generic, ok := flag.(*cli.GenericFlag); ok {
			if _, isOptional := generic.Value.(*optional); isOptional {
				continue
			}
		}
		for _, n := range flag.Names() {
			if n == name {
				return true
			}
		}
	}
	return false
}

func trimDashes(arg string) string { return strings.TrimPrefix(strings.TrimPrefix(arg, "-"), "-") }
