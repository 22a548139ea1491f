package process

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"brood/internal/argument"
)

// The first argument of a child and of a guardian, and the target on a command line without one.
const (
	childCommand    = "child"
	guardianCommand = "guardian"
	noTarget        = "-"
)

// ownFlags tell a child about itself, apart from its work. On the command line they come before the target's
// named arguments, in the order of rows. Each comes at most once. The lifeline is last and always there, so a
// target's named arguments may have the same names:
//
//	brood child TARGET [--name=…] [--identity=…] … --lifeline=… [--key=value]… -- [argument]…
type ownFlags struct {
	name       string
	identity   string // unless it is the one in the name
	parent     int    // the parent's PID; ps shows it also when another process has adopted the child
	parentName string // unless it is MainProcess
	daemon     bool
	memory     int64         // Limits.Memory
	cpuTime    time.Duration // Limits.CPUTime

	// Descriptors, on Windows handles; 0 for none.
	events   uintptr
	shared   uintptr
	files    []uintptr
	guardian uintptr
	lifeline uintptr
}

func (o *ownFlags) rows() []argument.Row {
	lifeline := argument.Number("lifeline", &o.lifeline)
	lifeline.Value = fmt.Sprint(o.lifeline) // 0, too: the rest is the target's
	return []argument.Row{
		argument.Text("name", &o.name),
		argument.Text("identity", &o.identity),
		argument.Number("parent", &o.parent),
		argument.Text("parent-name", &o.parentName).Unless(MainProcess),
		argument.Flag("daemon", &o.daemon),
		argument.Number("memory", &o.memory),
		argument.Parsed("cpu-time", &o.cpuTime, parseCPUTime),
		argument.Number("events", &o.events),
		argument.Number("shared", &o.shared),
		argument.Numbers("files", &o.files),
		argument.Number("guardian", &o.guardian),
		lifeline,
	}
}

func parseCPUTime(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, fmt.Errorf("cpu-time %q: want a duration, such as 10s", s)
	}
	return d, nil
}

// spelled returns a target as the command line has it. No target is "-", so a target of nothing but dashes gets
// one more.
func spelled(target string) string {
	if strings.Trim(target, "-") == "" {
		return target + noTarget
	}
	return target
}

func unspelled(target string) string {
	if strings.Trim(target, "-") == "" {
		return strings.TrimPrefix(target, noTarget)
	}
	return target
}

// commandLine returns the child's argv. It fails if the system could not pass that together with the
// environment.
func commandLine(c Config, own ownFlags, environment []string) ([]string, error) {
	argv := []string{os.Args[0], childCommand, spelled(c.Target)}
	for _, row := range own.rows() {
		if row.Value != "" {
			argv = append(argv, row.String())
		}
	}
	for _, key := range slices.Sorted(maps.Keys(c.Kwargs)) {
		if key == "" || strings.Contains(key, "=") {
			return nil, fmt.Errorf("named argument %q: the name is empty or has '=' in it", key)
		}
		argv = append(argv, "--"+key+"="+c.Kwargs[key])
	}
	argv = append(append(argv, "--"), c.Args...)
	return argv, checkArgs(argv, environment)
}

// ErrArgsTooLong means that the arguments are more than the system passes to a program.
var ErrArgsTooLong = errors.New("argument list too long")

func checkArgs(argv, environ []string) error {
	total := 0
	for _, s := range argv {
		if len(s) >= maxArg {
			return fmt.Errorf("%w: one argument has %d bytes, the system passes %d at most",
				ErrArgsTooLong, len(s), maxArg-1)
		}
		if strings.ContainsRune(s, 0) {
			return fmt.Errorf("argument %q: has a NUL byte, which no command line can hold", s)
		}
		total += argSize(s)
	}
	for _, s := range environ {
		total += argSize(s)
	}
	if limit := argLimit(); total > limit {
		return fmt.Errorf("%w: arguments and environment have %d bytes, the system passes %d at most",
			ErrArgsTooLong, total, limit)
	}
	return nil
}

// argSize is the part of the limit that a string takes, in bytes: the string, a NUL and a pointer.
func argSize(s string) int { return len(s) + 1 + strconv.IntSize/8 }

// ArgRoom returns the number of bytes of arguments that a child can be given beside that environment. Each
// argument counts as its length and 9 bytes. The model's own flags are subtracted already, generously.
func ArgRoom(environ []string) int {
	room := argLimit() - 8<<10
	for _, s := range environ {
		room -= argSize(s)
	}
	return max(room, 0)
}

// parseChild reads the arguments that commandLine has written after "child". The target is "" for none.
func parseChild(args []string) (target string, own ownFlags, work *Work, err error) {
	work = &Work{Kwargs: map[string]string{}}
	if len(args) == 0 || args[0] == "" {
		return "", own, nil, errors.New("no target: want child TARGET [--key=value]... [-- ARGUMENT...]")
	}
	target, args = unspelled(args[0]), args[1:]
	for _, row := range own.rows() {
		if len(args) == 0 {
			break
		}
		if key, value, ok := argument.Cut(args[0]); ok && key == row.Key {
			if err := row.Read(value); err != nil {
				return "", own, nil, err
			}
			args = args[1:]
		}
	}
	for i, arg := range args {
		if arg == "--" {
			work.Args = args[i+1:]
			break
		}
		key, value, ok := argument.Cut(arg)
		if !ok {
			return "", own, nil, fmt.Errorf(
				"argument %q: want --key=value, or -- before the positional arguments", arg)
		}
		work.Kwargs[key] = value
	}
	return target, own, work, nil
}
