package process_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"brood/internal/process"
	"brood/internal/testenv"
)

// limited runs a process, and returns its end and the limit that it reached.
func limited(t *testing.T, c process.Config) (exit process.Exit, reached string) {
	t.Helper()
	stderr := new(bytes.Buffer)
	c.Stderr = stderr
	p := start(t, c)
	join(t, p)
	exit, err := p.Exit()
	if err != nil {
		t.Fatal(err)
	}
	if exit.Code != 0 {
		t.Logf("%+v; it says %.200q", exit, stderr)
	}
	return exit, c.Limits.Reached(exit, stderr.String())
}

// A child that ends for another reason has not reached its limit.
func TestEndsWithinTheMemoryLimit(t *testing.T) {
	limits := process.Limits{Memory: 512 << 20} // enough for the race detector's own, too
	for name, row := range map[string]struct {
		target string
		args   []string
		code   int
	}{
		"eats less":       {"eat", []string{"67108864", "1048576"}, 0},
		"fails by itself": {"error", nil, 1},
		"panics":          {"nil", nil, 1},
		"ends with 2":     {"exit", []string{"2"}, 2},
		"killed":          {"raise", []string{"9"}, -9},
		"faults":          {"raise", []string{"11"}, -11},
	} {
		t.Run(name, func(t *testing.T) {
			exit, limit := limited(t, process.Config{Target: row.target, Args: row.args, Limits: limits})
			if exit.Code != row.code || limit != "" {
				t.Errorf("exit code %d by limit %q, want %d by none", exit.Code, limit, row.code)
			}
		})
	}
}

func TestCPUTimeLimit(t *testing.T) {
	testenv.Long(t)
	second := process.Limits{CPUTime: time.Second}
	for name, row := range map[string]struct {
		limits process.Limits
		target string
		arg    string
		code   int
		limit  string
	}{
		"spins":               {second, "spin", "", -24, "CPU time limit of 1s"},
		"cleans up":           {second, "spin", "clean-up", -24, "CPU time limit of 1s"},
		"does not heed it":    {second, "spin", "ignore", -9, "CPU time limit of 1s"},
		"signal of another":   {second, "raise", "24", -24, ""},
		"killed":              {second, "raise", "9", -9, ""},
		"and no limit at all": {process.Limits{}, "raise", "24", -24, ""},
	} {
		t.Run(name, func(t *testing.T) {
			exit, limit := limited(t, process.Config{Target: row.target, Args: []string{row.arg}, Limits: row.limits})
			if exit.Code != row.code || limit != row.limit {
				t.Errorf("exit code %d by limit %q, want %d by %q", exit.Code, limit, row.code, row.limit)
			}
			if used := exit.User + exit.System; row.limit != "" && used > 10*time.Second {
				t.Errorf("it has used %v", used)
			}
		})
	}
}

// A child's limits are on its command line, and the kernel has them.
func TestLimitsOfTheKernel(t *testing.T) {
	p := start(t, process.Config{Target: "hang", Limits: process.Limits{Memory: 64 << 20, CPUTime: 90 * time.Second}})
	up(t, p)
	var cpu, data unix.Rlimit
	for resource, limit := range map[int]*unix.Rlimit{unix.RLIMIT_CPU: &cpu, unix.RLIMIT_DATA: &data} {
		if err := unix.Prlimit(pidOf(t, p), resource, nil, limit); err != nil {
			t.Fatal(err)
		}
	}
	if cpu.Cur != 90 || cpu.Max != 91 {
		t.Errorf("RLIMIT_CPU %+v", cpu)
	}
	if data.Cur != data.Max || data.Cur <= 64<<20 || data.Cur > 2<<30 {
		t.Errorf("RLIMIT_DATA %+v", data)
	}
	command, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pidOf(t, p)))
	if err != nil || !strings.Contains(string(command), "\x00--memory=67108864\x00--cpu-time=1m30s\x00") {
		t.Errorf("%q, %v", command, err)
	}
}

// A daemon with a priority ends with its parent as any other: the thread that started it lives until then.
func TestDaemonsWithPriorityLive(t *testing.T) {
	limits := process.Limits{Nice: 1}
	var daemons []*process.Process
	for range 8 {
		p := start(t, process.Config{Target: "hang", Daemon: new(true), Limits: limits})
		up(t, p)
		daemons = append(daemons, p)
	}
	for _, p := range daemons {
		if !isAlive(t, p) {
			t.Errorf("%v", p)
		}
	}
	process.Finish(10 * time.Millisecond)
	for _, p := range daemons {
		if code, err := p.ExitCode(); code != -15 && code != -9 || err != nil {
			t.Errorf("%v: %v", p, err)
		}
	}
}

// Start fails for a limit that this process may not give, before it starts anything.
func TestLimitsNotPermitted(t *testing.T) {
	if os.Getuid() == 0 {
		again := exec.Command("/proc/self/exe", "-test.run=^"+t.Name()+"$")
		again.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		if out, err := again.CombinedOutput(); err != nil || !bytes.Contains(out, []byte("PASS")) {
			t.Errorf("as nobody: %v\n%s", err, out)
		}
		return
	}
	for want, limits := range map[string]process.Limits{
		"nice -1: permission denied":                 {Nice: -1},
		"ionice realtime:4: operation not permitted": {IO: process.IOPriority{Class: process.IORealtime, Level: 4}},
	} {
		if err := process.Prepare(limits); err == nil || err.Error() != want ||
			!errors.Is(err, syscall.EPERM) && !errors.Is(err, syscall.EACCES) {
			t.Errorf("%v, want %s", err, want)
		}
		p := process.New(process.Config{Target: "return", Limits: limits})
		if err := p.Start(); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("Start: %v, want %s", err, want)
		}
	}
}

func TestLimitsThatMakeNoSense(t *testing.T) {
	for want, limits := range map[string]process.Limits{
		"memory 1 MiB: a child needs 32 MiB at least":         {Memory: 1 << 20},
		"memory 1048577 bytes: a child needs 32 MiB at least": {Memory: 1<<20 + 1},
		"memory -1 bytes: a child needs 32 MiB at least":      {Memory: -1},
		"cpu-time 1.5s: want whole seconds":                   {CPUTime: 1500 * time.Millisecond},
		"cpu-time -1s: want whole seconds":                    {CPUTime: -time.Second},
		"nice 20: want -20 to 19":                             {Nice: 20},
		"nice -21: want -20 to 19":                            {Nice: -21},
	} {
		for _, err := range []error{limits.Validate(), process.Prepare(limits)} {
			if err == nil || err.Error() != want {
				t.Errorf("%v, want %s", err, want)
			}
		}
		p := process.New(process.Config{Target: "return", Limits: limits})
		if err := p.Start(); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("Start: %v, want %s", err, want)
		}
	}
	for _, argument := range []string{"--memory=1", "--memory=x", "--cpu-time=10", "--cpu-time=10ms"} {
		if status := runSelf(t, "child", "return", argument); status == 0 {
			t.Errorf("by hand, with %s: exit status 0", argument)
		}
	}
	if status := runSelf(t, "child", "return", "--memory=67108864", "--cpu-time=10s"); status != 0 {
		t.Errorf("by hand: exit status %d", status)
	}
}

func TestParseIOPriority(t *testing.T) {
	for text, want := range map[string]process.IOPriority{
		"idle":          {Class: process.IOIdle},
		"best-effort":   {Class: process.IOBestEffort, Level: 4},
		"best-effort:0": {Class: process.IOBestEffort},
		"realtime:7":    {Class: process.IORealtime, Level: 7},
	} {
		if got, err := process.ParseIOPriority(text); got != want || err != nil {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "none", "Idle", "idle:", "idle:3", "best-effort:8", "best-effort:",
		"realtime:-1", "best-effort:4:4", "3"} {
		if got, err := process.ParseIOPriority(text); err == nil {
			t.Errorf("%q: %v", text, got)
		}
	}
}
