package process

// CommandLine is the part of a command line that identifies a child, or a guardian.
type CommandLine struct {
	Guardian bool // a guardian has a Parent and nothing else
	Parent   int  // the PID of the process that started it, in that process's PID namespace
	Name     string
	Target   string // "" for none
	Args     []string
}

// ReadCommandLine reads the command line of any process. It is ok only for a process that a parent of the model
// has started, so not for a child by hand.
func ReadCommandLine(argv []string) (c CommandLine, ok bool) {
	if !IsChild(argv) {
		return c, false
	}
	guardian, args := argv[1] == guardianCommand, argv[2:]
	if guardian {
		args = append([]string{noTarget}, args...)
	}
	target, own, work, err := parseChild(args)
	if err != nil || own.parent == 0 || own.name == "" && !guardian {
		return c, false
	}
	return CommandLine{Guardian: guardian, Parent: own.parent, Name: own.name, Target: target, Args: work.Args}, true
}
