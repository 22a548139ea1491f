package main

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"brood/internal/event"
	"brood/internal/testenv"
)

var traceKills = flag.Int("trace-kills", 20, "how many traces TestKilledTrace kills")

// trace returns the command brood trace of a line for bash, with a record.
func (p place) trace(line string, flags ...string) *exec.Cmd {
	return p.brood(slices.Concat([]string{"trace", "--record", p.dir + "/record"}, flags, []string{"bash", "-c", line})...)
}

// A traced program has the streams, the arguments, the environment and the descriptors that it has without brood, and
// brood has its exit status.
func TestTraceChangesNothing(t *testing.T) {
	t.Parallel()
	const line = `cat; echo "$0 $1 $X"; echo to stderr >&2; cat <&7; pwd; grep '^Sig[BIC]' /proc/self/status; ` +
		`ulimit -n; ls -l /proc/self/fd | grep -o ' [0-9] ->'; trap 'exit 9' INT; kill -INT $$`
	argv := []string{"bash", "-c", line, "a\xff\nb", ""}
	run := func(p place, argv ...string) string {
		cmd := &exec.Cmd{Path: argv[0], Args: argv, Dir: p.dir, Env: append(os.Environ(), p.mark(), "X=y\xfe")}
		if argv[0] == "brood" {
			cmd.Path = program(t)
		} else {
			path, err := exec.LookPath(argv[0])
			must(t, err)
			cmd.Path = path
		}
		seventh, err := os.Open("/etc/hostname")
		must(t, err)
		defer seventh.Close()
		cmd.ExtraFiles = []*os.File{nil, nil, nil, nil, seventh}
		cmd.Stdin = strings.NewReader("to stdin\n")
		r := start(t, p, cmd)
		<-r.ended
		return fmt.Sprint(r.cmd.ProcessState.ExitCode(), "\n", r.stdout(), r.stderr())
	}
	p := newPlace(t)
	want := run(p, argv...)
	got := run(p, append([]string{"brood", "trace", "--quiet"}, argv...)...)
	if got != want {
		t.Errorf("traced:\n%q\nwithout:\n%q", got, want)
	}
}

// Each exit status is that of the program, as a shell has it.
func TestTraceExitStatus(t *testing.T) {
	t.Parallel()
	for line, status := range map[string]int{
		"exit 0": 0, "exit 7": 7, "exit 255": 255, "kill -9 $$": 137, "kill -TERM $$": 143, "ulimit -c 0; kill -SEGV $$": 139,
	} {
		r := start(t, newPlace(t), newPlace(t).trace(line))
		r.wants(status)
	}
	p := newPlace(t)
	for name, want := range map[string]string{
		"nosuch":                 `brood: cannot trace "nosuch": executable file not found in $PATH`,
		p.dir:                    `brood: cannot trace "` + p.dir + `": is a directory`,
		"/etc/passwd":            `brood: cannot trace "/etc/passwd": permission denied`,
		p.write(t, "s", "x\n"):   `exec format error`,
		p.write(t, "t", "#!/n/"): `no such file or directory`,
	} {
		r := start(t, p, p.brood("trace", name))
		r.wants(2)
		if !strings.Contains(r.stderr(), want) {
			t.Errorf("%s: %s, want %s", name, r.stderr(), want)
		}
	}
}

// A process has one tracer at most. Under another one, the program does not begin.
func TestTraceInTrace(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	self, err := os.Executable()
	must(t, err)
	r := start(t, p, p.brood("trace", "--quiet", "bash", "-c", `exec -a brood "$0" trace touch done`, self))
	r.wants(2)
	if !strings.Contains(r.stderr(), `cannot trace "touch": this system allows no tracing: another tracer has brood`) ||
		exists(p.dir+"/done") {
		t.Error(r.stderr())
	}
}

// write writes a program and returns its name.
func (p place) write(t *testing.T, name, text string) string {
	must(t, os.WriteFile(p.dir+"/"+name, []byte(text), 0o755))
	return p.dir + "/" + name
}

// Nobody may trace without being root, and a setuid program is refused.
func TestTraceAsNobody(t *testing.T) {
	t.Parallel()
	needsRoot(t, "to become nobody")
	p := newPlace(t)
	must(t, os.Chmod(p.dir, 0o777))
	as := func(cmd *exec.Cmd) *exec.Cmd {
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		return cmd
	}
	r := start(t, p, as(p.trace("sleep 9 & kill $!; wait $!; (exit 3)")))
	r.wants(3)
	if !strings.Contains(r.stderr(), "SIGTERM from A · killed by SIGTERM") {
		t.Error(r.stderr())
	}
	if _, err := exec.LookPath("su"); err == nil {
		r = start(t, p, as(p.brood("trace", "su")))
		r.wants(2)
		if !strings.Contains(r.stderr(), "it is setuid") {
			t.Error(r.stderr())
		}
	}
}

// Nothing of the program is left when brood is killed at a random moment. Its processes do what they can against that.
func TestKilledTrace(t *testing.T) {
	t.Parallel()
	const line = `trap '' TERM HUP INT
while :; do
	sleep 1000 & (sleep 1000 & kill -STOP $!) & setsid sleep 1000 & setsid sh -c 'kill -STOP $$' &
	env -i setsid bash -c 'trap "" TERM HUP; while :; do /bin/true; done' $0 &
	/bin/true; /bin/true; kill -9 $!
done`
	p := newPlace(t)
	unmarked := p.dir + "/unmarked" // a process with an empty environment has this in its command line
	for round := range *traceKills {
		cmd := p.trace(line, "--quiet")
		cmd.Args = append(cmd.Args, unmarked)
		r := start(t, p, cmd)
		time.Sleep(time.Duration(rand.IntN(300)) * time.Millisecond)
		r.signal(syscall.SIGKILL)
		<-r.ended
		left := func() bool {
			return slices.ContainsFunc(pids(), func(pid int) bool { return slices.Contains(argv(pid), unmarked) })
		}
		if !eventually(func() bool { return len(p.alive()) == 0 && !left() }) {
			t.Fatalf("round %d: left: %q, without an environment: %t", round, p.alive(), left())
		}
		os.Remove(p.dir + "/record")
	}
}

// With --detach-on-exit the processes go on when brood is killed, and nothing else is different.
func TestTraceDetaches(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	r := start(t, p, p.trace("(sleep 0.1; exit 3); touch ready; "+
		"until [ -e go ]; do sleep 0.1; done; (exit 4); echo $? >done", "--detach-on-exit"))
	if !eventually(func() bool { return r.read("/ready") != "" || exists(p.dir+"/ready") || r.over() }) {
		t.Fatal(r.stderr())
	}
	r.signal(syscall.SIGKILL)
	<-r.ended
	must(t, os.WriteFile(p.dir+"/go", nil, 0o644))
	if !eventually(func() bool { return r.read("/done") == "4\n" }) {
		t.Errorf("the program has not gone on: %q", p.alive())
	}
	if e := r.of(event.Exited); len(e) == 0 || *e[0].ExitCode != 0 && *e[0].ExitCode != 3 {
		t.Errorf("%+v", e)
	}
	os.Remove(p.dir + "/record") // it has no end
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// Ten thousand short processes have ten thousand starts and ends, and the drawing has a hundred lines.
func TestTraceOfTenThousand(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	p := newPlace(t)
	r := start(t, p, p.trace("for i in {1..10000}; do (exit 3); done; exit 2"))
	r.wants(2)
	seen := map[event.Kind]int{}
	for _, e := range r.events() {
		seen[e.Kind]++
	}
	if seen[event.Started] != 10_001 || seen[event.Exited] != 10_001 {
		t.Errorf("%d have started and %d ended, want 10,001", seen[event.Started], seen[event.Exited])
	}
	if lines := strings.Count(r.stderr(), "\n"); lines > 110 || !strings.Contains(r.stderr(), "… and 9,900 more") {
		t.Errorf("%d lines:\n%.2000s", lines, r.stderr())
	}
}

// Nobody reads what brood says: the program runs to its end all the same.
func TestTraceWithoutReaders(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	cmd := p.trace("(exit 3); sleep 0.1; touch done; exit 7")
	read, write, err := os.Pipe()
	must(t, err)
	read.Close()
	cmd.Stderr = write
	r := start(t, p, cmd)
	write.Close()
	<-r.ended
	if !exists(p.dir+"/done") || r.cmd.ProcessState.ExitCode() != 7 {
		t.Errorf("the program has not ended: %v", r.cmd.ProcessState)
	}
	var said bytes.Buffer
	cmd = p.brood("trace", "--record", "/dev/full", "true")
	cmd.Stderr = &said
	r = start(t, p, cmd)
	r.endsWith(1)
	if !strings.Contains(said.String(), `--record "/dev/full" is incomplete: no space left on device`) {
		t.Error(said.String())
	}
}
