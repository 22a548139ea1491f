package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/hashicorp/go-hclog"

	"brood/internal/run"
)

// usageError is the error of a command line that makes no sense. The other fields say what would; each may be "".
type usageError struct {
	err     error
	usage   string // how the command is used
	example string
	hint    string // where to read on
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// complain prints an error and, below it, what a usageError knows. As JSON it is one line of the log.
func complain(w io.Writer, err error, asJSON bool) {
	usage := new(usageError)
	errors.As(err, &usage)
	var pairs []any
	lines := ""
	if usage.usage != "" {
		pairs, lines = append(pairs, "usage", usage.usage), lines+"usage: "+usage.usage+"\n"
	}
	if usage.example != "" {
		pairs, lines = append(pairs, "example", usage.example), lines+"example: "+usage.example+"\n"
	}
	if usage.hint != "" {
		pairs, lines = append(pairs, "hint", usage.hint), lines+usage.hint+"\n"
	}
	if asJSON {
		hclog.New(&hclog.LoggerOptions{Name: "brood", Output: w, JSONFormat: true}).Error(err.Error(), pairs...)
		return
	}
	fmt.Fprintf(w, "brood: %s\n%s", run.Printable(err.Error()), lines)
}

// wantsJSONLog reports whether the command line asks for a JSON log, even if it makes no sense otherwise.
func wantsJSONLog(args []string) (wanted bool) {
	for i, arg := range args {
		name, value, hasValue := strings.Cut(arg, "=")
		switch {
		case arg == "--":
			return wanted
		case !strings.HasPrefix(arg, "-") || trimDashes(name) != logFormat:
			continue
		case !hasValue && i+1 < len(args):
			value = args[i+1]
		}
		wanted = value == "json"
	}
	return wanted
}
