//go:build unix

package cli_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"brood/internal/event/eventtest"
)

func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("want status N COMMAND...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%q: %v", args[1:], err)
	}
	if got != want {
		ts.Fatalf("%q exited with status %d, not %d", args[1:], got, want)
	}
	if got != 2 { // else there is none
		checkRecord(ts, args[1:])
	}
}

// checkRecord checks the events of the record that a brood was told to write, if any.
func checkRecord(ts *testscript.TestScript, command []string) {
	i := slices.Index(command, "--record") + 1
	if command[0] != "brood" || i == 0 || i == len(command) {
		return
	}
	if info, err := os.Stat(ts.MkAbs(command[i])); err != nil || !info.Mode().IsRegular() {
		return
	}
	ts.Check(eventtest.Check([]byte(ts.ReadFile(command[i]))))
}

func jsonLines(ts *testscript.TestScript, neg bool, args []string) {
	which := ""
	if len(args) > 0 && strings.HasPrefix(args[0], "-") {
		which, args = args[0], args[1:]
	}
	if neg || len(args) < 1 {
		ts.Fatalf("want json [-first|-last] FILE KEY[=VALUE]...")
	}
	lines := strings.Split(strings.TrimSuffix(ts.ReadFile(args[0]), "\n"), "\n")
	switch which {
	case "-first":
		lines = lines[:1]
	case "-last":
		lines = lines[len(lines)-1:]
	}
	for _, line := range lines {
		var object map[string]any
		if err := json.Unmarshal([]byte(line), &object); err != nil {
			ts.Fatalf("%s: no JSON object: %q: %v", args[0], line, err)
		}
		if object["kind"] != nil && object["time"] != nil {
			ts.Check(eventtest.Check([]byte(line + "\n")))
		}
		for _, want := range args[1:] {
			key, value, hasValue := strings.Cut(want, "=")
			got, ok := object[key]
			if !ok || hasValue && fmt.Sprint(got) != value {
				ts.Fatalf("%s: want %s in %s", args[0], want, line)
			}
		}
	}
}

func same(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("want same A B")
	}
	a, b := look(ts, ts.MkAbs(args[0])), look(ts, ts.MkAbs(args[1]))
	for _, name := range slices.Sorted(maps.Keys(merged(a, b))) {
		if a[name] != b[name] {
			if neg {
				return
			}
			ts.Fatalf("%q differs:\n%s %s\n%s %s", name, args[0], a[name], args[1], b[name])
		}
	}
	if neg {
		ts.Fatalf("%s and %s are the same", args[0], args[1])
	}
}

func merged(a, b map[string]string) map[string]string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// look describes each name below dir, and dir itself.
func look(ts *testscript.TestScript, dir string) map[string]string {
	seen := map[string]string{}
	ts.Check(filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, name)
		seen[rel], err = describe(name, info)
		return err
	}))
	return seen
}

func describe(name string, info fs.FileInfo) (string, error) {
	what := fmt.Sprintf("%v %v", info.Mode(), info.ModTime())
	switch info.Mode().Type() {
	case 0:
		text, err := os.ReadFile(name)
		return fmt.Sprintf("%s %q", what, text), err
	case fs.ModeSymlink:
		to, err := os.Readlink(name)
		return fmt.Sprintf("%s -> %q", what, to), err
	default:
		return what, nil
	}
}

func mkfifo(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("want mkfifo FILE")
	}
	ts.Check(syscall.Mkfifo(ts.MkAbs(args[0]), 0o600))
}

func touch(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("want touch RFC3339 FILE...")
	}
	at, err := time.Parse(time.RFC3339, args[0])
	ts.Check(err)
	for _, name := range args[1:] {
		ts.Check(os.Chtimes(ts.MkAbs(name), at, at))
	}
}
