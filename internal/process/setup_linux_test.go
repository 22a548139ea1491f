package process_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"brood/internal/process"
	"brood/internal/testenv"
)

// withLimits are the limits of the commands below. They are higher than what the tests' commands need.
var withLimits = process.Limits{Memory: 64 << 20, CPUTime: 100 * time.Second}

// A command has the limits from its beginning, and so has what it starts.
func TestLimitsOfCommand(t *testing.T) {
	own, _ := runCommand(t, process.Config{Command: shell("ulimit -t; ulimit -d")})
	cpu, data, _ := strings.Cut(own, "\n")
	for name, row := range map[string]struct {
		limits process.Limits
		want   string
	}{
		"both":       {withLimits, "100 101 65536\n"},
		"CPU time":   {process.Limits{CPUTime: 5 * time.Second}, "5 6 " + data},
		"memory":     {process.Limits{Memory: 32 << 20}, cpu + " " + cpu + " 32768\n"},
		"other ones": {process.Limits{Nice: 1}, cpu + " " + cpu + " " + data},
	} {
		for _, line := range []string{
			`echo $(ulimit -S -t) $(ulimit -H -t) $(ulimit -d)`,
			`sh -c 'echo $(ulimit -S -t) $(ulimit -H -t) $(ulimit -d)' & wait`,
		} {
			if got, _ := runCommand(t, process.Config{Command: shell(line), Limits: row.limits}); got != row.want {
				t.Errorf("%s: %q, want %q", name, got, row.want)
			}
		}
	}
}

// A command with limits begins in the same state as without them: signals, descriptors, niceness, environment.
func TestStateOfCommandWithLimits(t *testing.T) {
	environ := []string{"B=2", "A=1", "A=3", "noequals", "GOMEMLIMIT=1GiB"}
	ofGo := []string{"GODEBUG=inittrace=1,gctrace=1", "GOMEMLIMIT=50x", "GOGC=1", "GOTRACEBACK=all", "GOMAXPROCS=01"}
	for name, command := range map[string]process.Command{
		"signals":         *shell("grep '^Sig[BIC]\\|^ShdPnd' /proc/self/status"),
		"descriptors":     *shell("ls -l /proc/self/fd | sed 's/.* \\([0-9]\\)/\\1/; s/pipe:.*/pipe/; s,/proc/.*,,'"),
		"other limits":    *shell("ulimit -H -n; ulimit -s; ulimit -u; ulimit -c; ulimit -l"),
		"niceness":        *shell("nice; ps -o pgid= -o comm= -p $$ | sed \"s/$$/own/\""),
		"environment":     {Path: "/usr/bin/env", Args: []string{"env"}, Env: environ},
		"GOMAXPROCS":      {Path: "/usr/bin/env", Args: []string{"env"}, Env: append(environ, "GOMAXPROCS=03")},
		"Go's settings":   {Path: "/usr/bin/env", Args: []string{"env"}, Env: ofGo},
		"umask, folder":   {Path: "/bin/sh", Args: []string{"sh", "-c", "umask; pwd"}, Dir: "/"},
		"parent's end":    *shell("readlink /proc/self/fd/0; tty"),
		"no name for env": {Path: "/usr/bin/env"},
	} {
		for _, daemon := range []bool{false, true} {
			for _, nice := range []int{0, 2} {
				c := process.Config{Command: &command, Daemon: &daemon, Limits: process.Limits{Nice: nice}}
				want, _ := runCommand(t, c)
				c.Limits.Memory, c.Limits.CPUTime = withLimits.Memory, withLimits.CPUTime
				if got, _ := runCommand(t, c); got != want {
					t.Errorf("%s, daemon %t, nice %d: %q, want %q", name, daemon, nice, got, want)
				}
			}
		}
	}
}

// Go raises the soft limit of descriptors at its start. A command has the limit with which its parent was started.
func TestDescriptorLimitOfCommand(t *testing.T) {
	const inside = "BROOD_TEST_DESCRIPTORS"
	if os.Getenv(inside) == "" {
		again := exec.Command("/bin/sh", "-c", `ulimit -S -n 1000 && exec "$0" -test.v "-test.run=^$1$"`,
			os.Args[0], t.Name())
		again.Env = append(os.Environ(), inside+"=1")
		if out, err := again.CombinedOutput(); err != nil || !bytes.Contains(out, []byte("--- PASS")) {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	for _, limits := range []process.Limits{{}, withLimits} {
		if got, _ := runCommand(t, process.Config{Command: shell("ulimit -n"), Limits: limits}); got != "1000\n" {
			t.Errorf("limits %+v: %q, want 1000", limits, got)
		}
	}
}

// The PID of a command is that of its setup, and no setup is seen once it has started.
func TestPIDOfCommandWithLimits(t *testing.T) {
	for _, daemon := range []bool{false, true} {
		r, w, err := os.Pipe()
		must(t, err)
		var started process.Change
		process.Observe(func(c process.Change) {
			if c.What == process.Started {
				started = c
			}
		})
		p := process.New(process.Config{Command: shell("echo $$; exec sleep 1000"), Limits: withLimits, Stdout: w,
			Daemon: &daemon})
		must(t, p.Start())
		process.Observe(nil)
		w.Close()
		argv, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pidOf(t, p)))
		must(t, err)
		if said := string(argv); !strings.HasPrefix(said, "sh\x00-c\x00") && said != "sleep\x001000\x00" {
			t.Errorf("command line %q", argv)
		}
		if started.PID != pidOf(t, p) || started.Command[0] != "sh" {
			t.Errorf("observed: %+v", started)
		}
		for line := range lineReader(r) {
			if line != fmt.Sprint(pidOf(t, p)) {
				t.Errorf("PID %d, the command says %s", pidOf(t, p), line)
			}
			break
		}
		must(t, p.Kill())
		join(t, p)
		r.Close()
	}
}

// Arguments that fill the heap of the setup do not keep it from executing the command.
func TestManyArgumentsUnderMemoryLimit(t *testing.T) {
	command := shell("echo $#")
	for _, size := range []int{1, 10, 100_000} {
		c := *command
		c.Args = append(c.Args, "sh")
		n := 0
		for total := 0; total < process.ArgRoom(os.Environ())-20_000-size; total += size + 9 {
			c.Args = append(c.Args, strings.Repeat("x", size))
			n++
		}
		got, exit := runCommand(t, process.Config{Command: &c, Limits: process.Limits{Memory: process.LeastMemory}})
		if got != fmt.Sprintln(n) && !strings.Contains(got, "emory") || exit.Code > 2 {
			t.Errorf("%d arguments of %d bytes: %.200q, %+v", n, size, got, exit)
		}
		if strings.Contains(got, "goroutine") {
			t.Errorf("the setup has crashed: %.2000q", got)
		}
	}
}

// A command, and each process of it, is ended by its CPU time. One that gets no memory ends as it likes.
func TestCommandReachesLimit(t *testing.T) {
	testenv.Long(t)
	second := process.Limits{CPUTime: time.Second}
	const cpu = "CPU time limit of 1s"
	for name, row := range map[string]struct {
		limits process.Limits
		line   string
		code   int
		limit  string
	}{
		"spins":            {second, "while :; do :; done", -24, cpu},
		"its child spins":  {second, "(while :; do :; done) & wait $!", 128 + 24, cpu},
		"does not heed it": {second, "trap '' XCPU; while :; do :; done", -9, cpu},
		"eats":             {process.Limits{Memory: 64 << 20}, "head -c 300M /dev/zero | tail >/dev/null", 1, ""},
		"eats less":        {process.Limits{Memory: 64 << 20}, "head -c 10M /dev/zero | tail >/dev/null", 0, ""},
		"code of its own":  {process.Limits{CPUTime: time.Hour}, "exit 152", 152, ""},
		"killed":           {withLimits, "kill -9 $$", -9, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, exit := runCommand(t, process.Config{Command: shell(row.line), Limits: row.limits})
			if limit := row.limits.Reached(exit, ""); exit.Code != row.code || limit != row.limit {
				t.Errorf("%+v by limit %q, want %d by %q", exit, limit, row.code, row.limit)
			}
		})
	}
}

// A setup that ends too early is a start that may be tried again.
func TestSetupThatCrashes(t *testing.T) {
	for _, daemon := range []bool{false, true} {
		var said bytes.Buffer
		command := *shell("echo never")
		command.Env = []string{crashingSetup + "=1"}
		p := process.New(process.Config{Command: &command, Limits: withLimits, Daemon: &daemon, Stdout: &said,
			Stderr: &said})
		err := p.Start()
		if !process.Exhausted(err) || !strings.HasSuffix(err.Error(), "fork/exec /bin/sh: resource temporarily unavailable") {
			t.Errorf("%v", err)
		}
		if _, err := p.PID(); err == nil || said.String() != crashingSetup {
			t.Errorf("%v; it says %q", err, said.String())
		}
	}
}
