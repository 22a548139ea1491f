package trace

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"brood/internal/event"
	"brood/internal/testenv"
)

// counts is how often each thing has happened: "started", "executed ls", "exit code 3", "SIGTERM from another" …
type counts map[string]int

// TestAsStrace compares what the tracer has seen of programs with what strace sees in another run of them.
func TestAsStrace(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("needs strace")
	}
	// sleeps starts sleep in the background, and waits for its exec.
	const sleeps = "sleeps() { sleep $1 & until read comm </proc/$!/comm; [ $comm = sleep ]; do :; done; }; "
	programs := map[string][]string{
		"pipeline":     {"bash", "-c", "seq 1000 | sort -n | head -1 | cat >/dev/null; echo a | grep -q b"},
		"substitution": {"bash", "-c", "x=$(echo $(echo a) $(exit 3)); (exit 4); exec true"},
		"jobs":         {"bash", "-c", sleeps + "set -m; sleeps 9; sleeps 0.1; kill %1; wait"},
		"orphan":       {"bash", "-c", "(sleep 0.2; exit 4) & exit 0"},
		"daemon":       {"bash", "-c", "setsid bash -c '(sleep 0.2 & ) ; exit 3'"},
		"stopped":      {"bash", "-c", sleeps + "sleeps 0.3; kill -STOP $!; sleep 0.1; kill -CONT $!; wait"},
		"killed":       {"bash", "-c", sleeps + "sleeps 9; sleeps 9; kill -9 %1; kill %2; wait"},
		"vfork":        {"/usr/bin/python3", "-c", "import subprocess\nfor i in range(5): subprocess.run(['true'])"},
		"threads":      {"/usr/bin/python3", "-c", threads},
		"no program":   {"bash", "-c", "/nosuch; /etc/passwd; true"},
		"broken pipe":  {"bash", "-c", "yes | head -1 >/dev/null; exit ${PIPESTATUS[0]}"},
		"crash":        {"/usr/bin/python3", "-c", "import ctypes; ctypes.string_at(0)"},
		"alarm":        {"/usr/bin/python3", "-c", "import signal, time; signal.alarm(1); time.sleep(5)"},
		"abort":        {"/usr/bin/python3", "-c", "import os; os.abort()"},
		"not waited":   {"/usr/bin/python3", "-c", "import os, time\nif os.fork(): time.sleep(0.2)"},
		"ptrace itself": {"/usr/bin/python3", "-c", "import ctypes, os\n" +
			"if os.fork() == 0: os._exit(ctypes.CDLL(None).ptrace(0, 0, 0, 0) & 7)\nos.wait()"},
	}
	for name, argv := range tutorial(t) {
		programs[name] = argv
	}
	for name, argv := range programs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			events, _ := observe(t, Options{Command: argv})
			ours, theirs := countEvents(events), straced(t, strace, argv)
			for _, what := range slices.Sorted(maps.Keys(union(ours, theirs))) {
				if ours[what] != theirs[what] {
					t.Errorf("%s: %d times, strace says %d\n%s", what, ours[what], theirs[what],
						strings.Join(story(events), "\n"))
				}
			}
		})
	}
}

const threads = `
import threading
all = [threading.Thread(target=lambda: None) for _ in range(3)]
for t in all: t.start()
for t in all: t.join()
`

func union(a, b counts) counts {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// tutorial returns the programs of the lessons, each with each start method of Python that it allows.
func tutorial(t *testing.T) map[string][]string {
	programs := map[string][]string{}
	methods := []string{"fork"}
	names := []string{"single", "zombie", "exitcodes"}
	if testenv.IsLong(t) {
		methods = []string{"fork", "spawn", "forkserver"}
		names = []string{"args", "daemon", "exitcodes", "memory", "multi", "orphan", "pids", "single", "terminate",
			"tree", "wait", "zombie"}
	}
	folder := t.TempDir()
	for _, name := range names {
		source, err := os.ReadFile("../lesson/python/" + name + ".py")
		if err != nil {
			t.Fatal(err)
		}
		for _, method := range methods {
			text := strings.Replace(string(source), "if __name__ == '__main__':\n", fmt.Sprintf(
				"if __name__ == '__main__':\n    import multiprocessing as mp; mp.set_start_method(%q)\n", method), 1)
			file := filepath.Join(folder, name+"_"+method+".py")
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			programs[name+" by "+method] = []string{"/usr/bin/python3", file}
		}
	}
	return programs
}

func countEvents(events []event.Event) counts {
	c := counts{}
	ended := map[int]bool{}
	for _, e := range events {
		switch e.Kind {
		case event.Started:
			delete(ended, e.PID)
			c["started"]++
		case event.Executed:
			c["executed "+e.Name]++
		case event.Signalled:
			c[e.Signal]++
		case event.Session:
			c["session"]++
		case event.Zombie, event.Exited:
			if !ended[e.PID] {
				c[fmt.Sprint("exit code ", *e.ExitCode)]++
			}
			ended[e.PID] = true
		case event.Stopped:
			c["stopped by "+e.Signal]++
		}
	}
	return c
}

// straced runs a program under strace and counts the same.
func straced(t *testing.T, strace string, argv []string) counts {
	file := filepath.Join(t.TempDir(), "trace")
	flags := []string{"-f", "-q", "-o", file, "-e", "trace=fork,vfork,clone,clone3,execve,kill,tgkill,setsid"}
	cmd := exec.Command(strace, append(flags, argv...)...)
	_ = cmd.Run()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c, begun, isThread := counts{}, map[string]string{}, map[string]bool{}
	unfinished := regexp.MustCompile(` <unfinished \.\.\.>$`)
	resumed := regexp.MustCompile(`^<\.\.\. \w+ resumed>`)
	c["started"] = 1
	for line := range strings.Lines(string(text)) {
		pid, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		rest = strings.TrimSpace(rest)
		if unfinished.MatchString(rest) {
			begun[pid] = unfinished.ReplaceAllString(rest, "")
			continue
		}
		if resumed.MatchString(rest) {
			rest = begun[pid] + resumed.ReplaceAllString(rest, "")
			delete(begun, pid)
		}
		c.read(pid, rest, isThread)
	}
	c["executed "+filepath.Base(argv[0])]-- // the tracer tells the first as started
	return c
}

var (
	straceCall   = regexp.MustCompile(`^(\w+)\((.*)\) += (-?\d+|\?)`)
	straceSignal = regexp.MustCompile(`^--- (SIG\w+) \{.*si_code=(\w+)`)
	straceStop   = regexp.MustCompile(`^--- stopped by (SIG\w+) ---`)
	straceExit   = regexp.MustCompile(`^\+\+\+ exited with (\d+)`)
	straceKill   = regexp.MustCompile(`^\+\+\+ killed by (SIG\w+)`)
	straceExec   = regexp.MustCompile(`^"([^"]*)", \["([^"]*)"`)
)

var numbers = map[string]int{
	"SIGINT": 2, "SIGABRT": 6, "SIGKILL": 9, "SIGSEGV": 11, "SIGPIPE": 13, "SIGALRM": 14, "SIGTERM": 15,
}

// read counts what a line of strace says.
func (c counts) read(pid, line string, isThread map[string]bool) {
	if m := straceCall.FindStringSubmatch(line); m != nil {
		name, args, result := m[1], m[2], m[3]
		switch {
		case strings.HasPrefix(result, "-"):
		case strings.Contains(args, "CLONE_THREAD"):
			isThread[result] = true
		case name == "fork", name == "vfork", name == "clone", name == "clone3":
			delete(isThread, result)
			c["started"]++
		case name == "execve":
			c["executed "+filepath.Base(straceExec.FindStringSubmatch(args)[2])]++
		case name == "setsid":
			c["session"]++
		case strings.HasSuffix(args, "SIGKILL"):
			c["SIGKILL"]++
		}
	}
	if m := straceSignal.FindStringSubmatch(line); m != nil && !strings.HasPrefix(m[2], "CLD_") {
		c[m[1]]++
	}
	if m := straceStop.FindStringSubmatch(line); m != nil {
		c["stopped by "+m[1]]++
	}
	if isThread[pid] {
		return
	}
	if m := straceExit.FindStringSubmatch(line); m != nil {
		c["exit code "+m[1]]++
	}
	if m := straceKill.FindStringSubmatch(line); m != nil {
		c[fmt.Sprint("exit code ", -numbers[m[1]])]++
	}
}
