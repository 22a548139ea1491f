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
)

// The first arguments by which this binary is one of its own children.
const (
	childCommand    = "child"
	guardianCommand = "guardian"
	noTarget        = "-"
)

// ownFlags are what a child is told of itself, apart from its work. On the
// command line they come first, in the order of the table in fields, each one at
// most once and the lifeline last, so that a target's named arguments may have
// the same names:
//
//	brood child TARGET [--name=…] [--identity=…] … [--lifeline=…] [--key=value]… -- [argument]…
type ownFlags struct {
	name       string
	identity   string // when it is not the one in the name
	parent     int    // the parent's PID, which stays visible in ps when another has adopted the child
	parentName string // when it is not MainProcess
	daemon     bool   //
	memory     int64  // Limits' two that a child sets for itself
	cpuTime    time.Duration
	events     uintptr // descriptors, or on Windows handles; 0: none
	shared     uintptr
	files      []uintptr
	guardian   uintptr
	lifeline   uintptr
}

// field is one of the own flags: how it is written, and read.
type field struct {
	flag  string
	value string // "": left out
	read  func(value string) error
}

func (o *ownFlags) fields() []field {
	return []field{
		{"--name=", o.name, readString(&o.name)},
		{"--identity=", o.identity, readString(&o.identity)},
		{"--parent=", number(o.parent), readNumber(&o.parent)},
		{"--parent-name=", unlessMain(o.parentName), readString(&o.parentName)},
		{"--daemon=", boolean(o.daemon), func(string) error { o.daemon = true; return nil }},
		{"--memory=", number(o.memory), readBytes(&o.memory)},
		{"--cpu-time=", duration(o.cpuTime), readDuration(&o.cpuTime)},
		{"--events=", number(o.events), readNumber(&o.events)},
		{"--shared=", number(o.shared), readNumber(&o.shared)},
		{"--files=", numbers(o.files), readNumbers(&o.files)},
		{"--guardian=", number(o.guardian), readNumber(&o.guardian)},
		// Also where there is none: what follows is the target's.
		{"--lifeline=", fmt.Sprint(o.lifeline), readNumber(&o.lifeline)},
	}
}

// spelled is a target as it stands on the command line. None is "-", so what is nothing but dashes has one more.
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

// commandLine is the child's argv. It is an error that the system could not pass it beside the environment.
func commandLine(c Config, own ownFlags, environment []string) ([]string, error) {
	argv := []string{os.Args[0], childCommand, spelled(c.Target)}
	for _, f := range own.fields() {
		if f.value != "" {
			argv = append(argv, f.flag+f.value)
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

// ErrArgsTooLong says that a process's arguments are more than the system passes to a program.
var ErrArgsTooLong = errors.New("argument list too long")

func checkArgs(argv, environ []string) error {
	total := 0
	for _, s := range argv {
		if len(s) >= maxArg {
			return fmt.Errorf("%w: one argument has %d bytes, the system passes %d at most", ErrArgsTooLong, len(s), maxArg-1)
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
		return fmt.Errorf("%w: arguments and environment have %d bytes, the system passes %d at most", ErrArgsTooLong, total, limit)
	}
	return nil
}

// argSize is what a string takes of the limit: its bytes, the NUL, the pointer.
func argSize(s string) int { return len(s) + 1 + strconv.IntSize/8 }

// ArgRoom is how many bytes of arguments a child can be given beside the
// environment, each counted as its length and 9 bytes; the own flags of the
// model are already subtracted, generously.
func ArgRoom() int {
	room := argLimit() - 8<<10
	for _, s := range os.Environ() {
		room -= argSize(s)
	}
	return max(room, 0)
}

// parseChild reads what commandLine has written, after "child". The target is "" for none.
func parseChild(args []string) (target string, own ownFlags, work *Work, err error) {
	work = &Work{Kwargs: map[string]string{}}
	if len(args) == 0 || args[0] == "" {
		return "", own, nil, errors.New("no target: want child TARGET [--key=value]... [-- ARGUMENT...]")
	}
	target, args = unspelled(args[0]), args[1:]
	for _, f := range own.fields() {
		if len(args) == 0 {
			break
		}
		value, ok := strings.CutPrefix(args[0], f.flag)
		if !ok {
			continue
		}
		if err := f.read(value); err != nil {
			return "", own, nil, fmt.Errorf("%s %w", f.flag, err)
		}
		args = args[1:]
	}
	for i, arg := range args {
		if arg == "--" {
			work.Args = args[i+1:]
			break
		}
		key, value, ok := strings.Cut(strings.TrimPrefix(arg, "--"), "=")
		if !ok || key == "" || !strings.HasPrefix(arg, "--") {
			return "", own, nil, fmt.Errorf("argument %q: want --key=value, or -- before the positional arguments", arg)
		}
		work.Kwargs[key] = value
	}
	return target, own, work, nil
}

func number[N int | int64 | uintptr](n N) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

func numbers(all []uintptr) string {
	words := make([]string, len(all))
	for i, n := range all {
		words[i] = fmt.Sprint(n)
	}
	return strings.Join(words, ",")
}

func duration(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

func boolean(b bool) string {
	if !b {
		return ""
	}
	return "true"
}

func unlessMain(name string) string {
	if name == MainProcess {
		return ""
	}
	return name
}

func readString(to *string) func(string) error {
	return func(value string) error { *to = value; return nil }
}

func readNumber[N int | uintptr](to *N) func(string) error {
	return func(value string) error {
		n, err := strconv.ParseUint(value, 10, 31)
		*to = N(n)
		return err
	}
}

func readNumbers(to *[]uintptr) func(string) error {
	return func(value string) error {
		for word := range strings.SplitSeq(value, ",") {
			var n uintptr
			if err := readNumber(&n)(word); err != nil {
				return err
			}
			*to = append(*to, n)
		}
		return nil
	}
}

func readBytes(to *int64) func(string) error {
	return func(value string) (err error) {
		*to, err = strconv.ParseInt(value, 10, 64)
		return err
	}
}

func readDuration(to *time.Duration) func(string) error {
	return func(value string) (err error) {
		*to, err = time.ParseDuration(value)
		return err
	}
}
