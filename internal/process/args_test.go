//go:build unix

package process_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"brood/internal/process"
)

// Arguments are bytes, and pass unchanged.
func TestArgumentsPassUnchanged(t *testing.T) {
	for name, value := range map[string]string{
		"empty":         "",
		"newline":       "a\nb\n",
		"invalid UTF-8": "take\xff\xfe.mov",
		"leading dash":  "-rf",
		"double dash":   "--",
		"own flag":      "--lifeline=9",
		"equals":        "a=b=c",
		"255 bytes":     strings.Repeat("x", 255),
		"4,000 bytes":   strings.Repeat("d/", 2000),
		"quotes":        `'"\$(true)`,
		"128 KiB - 1":   strings.Repeat("y", 128<<10-1),
	} {
		t.Run(name, func(t *testing.T) {
			args := []string{value, "second", value}
			kwargs := map[string]string{"name": "own " + name, "daemon": "no", "lifeline": "x", "events": "y",
				"parent": "z"}
			if len(value) < 64<<10 { // a named argument is one string with its name
				kwargs["key"] = value
			}
			p := start(t, process.Config{Target: "echo", Args: args, Kwargs: kwargs,
				Name: "n" + value[:min(len(value), 20)]})
			if got, want := said(t, p), fmt.Sprintf("%q %q", args, kwargs); got != want {
				t.Errorf("the child got %.300s, want %.300s", got, want)
			}
		})
	}
}

func TestArgumentsThatCannotPass(t *testing.T) {
	for _, row := range []struct {
		name string
		args []string
		want string
	}{
		{"one of 128 KiB", []string{strings.Repeat("x", 128<<10)}, "one argument has 131072 bytes, the system passes 131071 at most"},
		{"too many", []string(strings.Split(strings.Repeat("some name,", 1<<20), ",")), "arguments and environment have"},
		{"NUL", []string{"a\x00b"}, "has a NUL byte"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := process.New(process.Config{Name: "long", Target: "echo", Args: row.args})
			err := p.Start()
			if err == nil || !strings.HasPrefix(err.Error(), "start long: ") ||
				!strings.Contains(err.Error(), row.want) {
				t.Errorf("%.200v, want %s", err, row.want)
			}
			if row.name != "NUL" && !errors.Is(err, process.ErrArgsTooLong) {
				t.Errorf("not ErrArgsTooLong: %.200v", err)
			}
			if _, err := p.PID(); !errors.Is(err, process.ErrNotStarted) || isActive(p) {
				t.Errorf("something was started: %v", err)
			}
		})
	}
}

// As many arguments as ArgRoom promises pass.
func TestArgRoom(t *testing.T) {
	const size = 1000
	args := make([]string, process.ArgRoom(os.Environ())/(size+9))
	for i := range args {
		args[i] = strings.Repeat("r", size)
	}
	if code := exitCode(t, start(t, process.Config{Args: args})); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestByHand(t *testing.T) {
	for _, row := range []struct {
		name   string
		args   []string
		status int
	}{
		{"no target", []string{"child"}, 2},
		{"an empty target", []string{"child", ""}, 2},
		{"no value", []string{"child", "echo", "--key"}, 2},
		{"no dashes", []string{"child", "echo", "key=value"}, 2},
		{"bad descriptor", []string{"child", "echo", "--lifeline=x"}, 2},
		{"nothing to do", []string{"child", "-"}, 0},
		{"without a parent", []string{"child", "return", "--key=value", "--", "a"}, 0},
		{"unknown target", []string{"child", "sing"}, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			if status := runSelf(t, row.args...); status != row.status {
				t.Errorf("status %d, want %d", status, row.status)
			}
		})
	}
	if _, ok := process.Main([]string{os.Args[0], "copy"}, lookup); ok {
		t.Error("Main took the command copy for its own")
	}
}
