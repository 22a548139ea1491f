package process

// CommandLine is what the command line of a child, or of a guardian, tells of it.
type CommandLine struct {
	Guardian bool // it has a Parent and nothing else
	Parent   int  // the PID of the process that has started it, as that one sees itself
	Name     string
	Target   string // "" for none
	Args     []string
}

// ReadCommandLine reads the command line of any process. It is not ok for one that no
// parent has started, a child by hand too.
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
