//go:build unix

package process_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"brood/internal/process"
)

// shell returns a command that runs the line.
func shell(line string) *process.Command {
	return &process.Command{Path: "/bin/sh", Args: []string{"sh", "-c", line}}
}

// runCommand runs a command to its end, and returns its output.
func runCommand(t *testing.T, c process.Config) (out string, exit process.Exit) {
	t.Helper()
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	p := process.New(c)
	must(t, p.Start())
	join(t, p)
	exit, err := p.Exit()
	must(t, err)
	return said.String(), exit
}

// commandLimits are no limits, and limits that have a command started by way of a setup.
func commandLimits() []process.Limits {
	limits := process.Limits{Memory: 64 << 20, CPUTime: time.Hour}
	if limits.Validate() != nil {
		return []process.Limits{{}}
	}
	return []process.Limits{{}, limits}
}

func TestCommand(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(dir+"/own", []byte("#!/bin/sh\necho own in $(pwd -P)\n"), 0o755))
	must(t, os.WriteFile(dir+"/plain", []byte("echo $0 $1"), 0o755))
	input, err := os.Open(dir + "/own")
	must(t, err)
	defer input.Close()
	byOS, err := exec.Command("/bin/sh", "-c", "ls /dev/fd/").Output()
	must(t, err)
	for name, row := range map[string]struct {
		command process.Command
		want    string
		code    int
	}{
		"arguments as they are": {*shell(`printf '<%s>' "$0" "$@"`), "<a b><><*>", 0},
		"status":                {*shell("exit 7"), "", 7},
		"signal":                {*shell("kill -9 $$"), "", -9},
		"no input":              {*shell("cat"), "", 0},
		"input": {process.Command{Path: "/bin/cat", Args: []string{"cat"}, Stdin: input},
			"#!/bin/sh\necho own in $(pwd -P)\n", 0},
		"environment": {process.Command{Path: "/bin/sh", Args: []string{"sh", "-c", "echo $A$HOME"},
			Env: []string{"A=b"}}, "b\n", 0},
		"no setting for Go": {*shell("echo $GOMAXPROCS$GOMEMLIMIT"),
			os.Getenv("GOMAXPROCS") + os.Getenv("GOMEMLIMIT") + "\n", 0},
		"folder":            {process.Command{Path: "./own", Args: []string{"own"}, Dir: dir}, "own in " + dir + "\n", 0},
		"script without #!": {process.Command{Path: "./plain", Args: []string{"plain", "a"}, Dir: dir}, "./plain a\n", 0},
		"name of its own": {process.Command{Path: "/bin/sh", Args: []string{"another", "-c", "echo $0"}},
			"another\n", 0},
		"no descriptor of ours": {*shell("ls /dev/fd/"), string(byOS), 0},
	} {
		if name == "arguments as they are" {
			row.command.Args = append(row.command.Args, "a b", "", "*")
		}
		for _, daemon := range []bool{false, true} {
			for _, limits := range commandLimits() {
				_, err := input.Seek(0, io.SeekStart)
				must(t, err)
				got, exit := runCommand(t, process.Config{Command: &row.command, Daemon: &daemon, Limits: limits})
				if got != row.want || exit.Code != row.code {
					t.Errorf("%s, daemon %t, limits %+v: %q and exit code %d, want %q and %d", name, daemon, limits, got,
						exit.Code, row.want, row.code)
				}
			}
		}
	}
}

func TestCommandThatCannotStart(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(dir+"/data", []byte("data"), 0o644))
	for name, row := range map[string]struct {
		config process.Config
		want   error
		text   string
	}{
		"missing":   {process.Config{Command: &process.Command{Path: dir + "/nothing"}}, fs.ErrNotExist, "no such file"},
		"no rights": {process.Config{Command: &process.Command{Path: dir + "/data"}}, fs.ErrPermission, "permission denied"},
		"no folder": {process.Config{Command: &process.Command{Path: "/bin/sh", Dir: dir + "/none"}}, fs.ErrNotExist,
			"no such file"},
		"too long": {process.Config{Command: shell(strings.Repeat("x", 4<<20))}, process.ErrArgsTooLong,
			"argument list too long"},
		"NUL":           {process.Config{Command: shell("a\x00b")}, nil, "NUL"},
		"also a target": {process.Config{Target: "return", Command: shell(":")}, nil, "no Target"},
		"a setup":       {process.Config{Target: "run"}, nil, `target "run"`},
	} {
		said := ""
		for _, row.config.Limits = range commandLimits() {
			row.config.Name = "it"
			p := process.New(row.config)
			err := p.Start()
			if err == nil || !strings.Contains(err.Error(), row.text) || row.want != nil && !errors.Is(err, row.want) {
				t.Fatalf("%s: %v, want %q", name, err, row.text)
			}
			if said != "" && err.Error() != said {
				t.Errorf("%s: with limits %q, without %q", name, err, said)
			}
			said = err.Error()
			if alive, _ := p.IsAlive(); alive {
				t.Errorf("%s: alive", name)
			}
		}
	}
}

// A command may be a shell that waits for another program. Both get the signal.
func TestCommandIsTerminatedWithItsGroup(t *testing.T) {
	r, w, err := os.Pipe()
	must(t, err)
	defer r.Close()
	p := process.New(process.Config{Command: shell("sleep 1000 & echo sleep $!; echo up; wait; wait"), Stdout: w})
	must(t, p.Start())
	w.Close()
	sleep := 0
	for line := range lineReader(r) {
		if line == "up" {
			break
		}
		_, err := fmt.Sscanf(line, "sleep %d", &sleep)
		must(t, err)
	}
	must(t, p.Terminate())
	join(t, p)
	if !eventually(func() bool { return gone(sleep) }) {
		t.Error("the program of the shell is still alive")
		killOwn(sleep)
	}
	must(t, p.Terminate()) // and does nothing
}

func init() { targets["commander"] = commander }

// commander starts a command with descendants, and hangs. With a second argument the command has limits.
func commander(w *process.Work) error {
	daemon := w.Args[0] == "daemon"
	line := "trap '' TERM HUP; sleep 1000 & echo sleep $!; echo sh $$; echo up; wait"
	limits := commandLimits()
	p := process.New(process.Config{Command: shell(line), Daemon: &daemon, Stdout: w.Events,
		Limits: limits[min(len(w.Args), len(limits))-1]})
	if err := p.Start(); err != nil {
		return err
	}
	return p.Join()
}

// A daemon that is a command ends with its parent, however that ends. So does what the command has started.
func TestCommandWithoutItsParent(t *testing.T) {
	for _, kind := range []string{"daemon", "no daemon", "daemon/limited", "no daemon/limited"} {
		t.Run(kind, func(t *testing.T) {
			p := start(t, process.Config{Target: "commander", Args: strings.Split(kind, "/")})
			kind, _, _ := strings.Cut(kind, "/")
			pids := up(t, p)
			must(t, p.Kill())
			for _, who := range []string{"sh", "sleep"} {
				pid := pids[who]
				if kind == "daemon" && !eventually(func() bool { return gone(pid) }) {
					t.Errorf("%s has survived its parent", who)
				}
				if kind == "no daemon" && gone(pid) {
					t.Errorf("%s has ended with its parent", who)
				}
				killOwn(pid)
			}
		})
	}
}
