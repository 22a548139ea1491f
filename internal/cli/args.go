package cli

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// The flags that ask for help.
const (
	briefHelp = "-h"
	fullHelp  = "--help"
)

// helpFlag returns the flag that arg stands for if it asks for help, else "".
func helpFlag(arg string) string {
	switch {
	case !strings.HasPrefix(arg, "-"):
		return ""
	case trimDashes(arg) == "h":
		return briefHelp
	case trimDashes(arg) == "help":
		return fullHelp
	}
	return ""
}

// flagsFirst moves a command's flags before its other arguments, where the flag package
// looks for them: people also write "brood copy SOURCE DEST --jobs 4". A "--" ends the
// flags. Short flags may be written together. With --help or -h everything else is ignored, and
// that flag is the last. A flag that lacks its value stays last, so that the flag package reports it.
func flagsFirst(args []string, app *cli.App) []string {
	if len(args) < 2 {
		return args
	}
	command := app.Command(args[1])
	if asked := helpFlag(args[1]); asked != "" && len(args) > 2 && app.Command(args[2]) != nil {
		return []string{args[0], args[2], asked}
	}
	if command == nil {
		return args
	}
	args = slices.Clone(args)
	flags, rest, help := args[:2:2], []string{}, ""
	for i := 2; i < len(args); i++ {
		args = slices.Replace(args, i, i+1, unbundled(command, args[i])...)
		arg := args[i]
		switch {
		case arg == "--":
			rest = append(rest, args[i+1:]...)
			i = len(args)
		case (len(arg) < 2 || arg[0] != '-') && takesCommand(command.Name): // the rest has flags of its own
			rest = append(rest, args[i:]...)
			i = len(args)
		case len(arg) < 2 || arg[0] != '-':
			rest = append(rest, arg)
		case helpFlag(arg) != "":
			if help != fullHelp {
				help = helpFlag(arg)
			}
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
	case help != "" && len(rest) > 0 && command.Name == lessonName: // help on that lesson
		flags = append(flags, "--"+aboutFlag)
	case help != "":
		return []string{args[0], args[1], help}
	}
	return append(append(flags, "--"), rest...)
}

// unbundled splits short flags that are written together: -qn is -q -n, and -nj4 is -n -j 4. It
// returns any other argument as it is.
func unbundled(command *cli.Command, arg string) []string {
	name, _, _ := strings.Cut(trimDashes(arg), "=")
	if len(arg) < 3 || arg[0] != '-' || arg[1] == '-' || flagNamed(command, name) != nil {
		return []string{arg}
	}
	var flags []string
	for i := 1; i < len(arg); i++ {
		short := arg[i : i+1]
		if flagNamed(command, short) == nil && short != "h" {
			return []string{arg}
		}
		flags = append(flags, "-"+short)
		if value := arg[i+1:]; value != "" && takesValue(command, short) {
			return append(flags, value)
		}
	}
	return flags
}

// flagNamed returns the command's flag of that name, nil for none.
func flagNamed(command *cli.Command, name string) cli.Flag { return flagIn(command.Flags, name) }

func flagIn(flags []cli.Flag, name string) cli.Flag {
	for _, flag := range flags {
		if slices.Contains(flag.Names(), name) {
			return flag
		}
	}
	return nil
}

// takesValue reports whether the argument after this flag is its value.
func takesValue(command *cli.Command, arg string) bool {
	switch flag := flagNamed(command, trimDashes(arg)).(type) {
	case nil, *cli.BoolFlag: // nil also for --flag=value
		return false
	case *cli.GenericFlag:
		_, isOptional := flag.Value.(*optional)
		return !isOptional
	}
	return true
}

func trimDashes(arg string) string { return strings.TrimPrefix(strings.TrimPrefix(arg, "-"), "-") }

// takesCommand tells whether the arguments of a brood command are a command line.
func takesCommand(name string) bool { return name == runName || name == traceName }
