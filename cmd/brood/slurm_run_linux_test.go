package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"brood/internal/event"
)

// runOn runs brood run on the cluster. The job folder stays.
func (c onCluster) runOn(args ...string) *exec.Cmd {
	return c.with(c.brood(slices.Concat(
		[]string{"run", "--on=slurm", "--job-dir", c.jobDir(), "--record", c.dir + "/record"}, args)...))
}

// ranOnce fails the test unless the record has one outcome for each command, and the totals agree.
func (c onCluster) ranOnce(t *testing.T, r *run, commands int) {
	t.Helper()
	told := map[int]int{}
	for _, e := range r.events() {
		if e.Kind == event.Ran || e.Kind == event.Failed {
			told[e.Seq]++
		}
	}
	for seq := 1; seq <= commands; seq++ {
		if told[seq] != 1 {
			t.Errorf("the record has %d outcomes of command %d, want one", told[seq], seq)
		}
	}
	finished := r.of(event.Finished)
	if len(finished) != 1 || finished[0].Files+finished[0].Failed != commands {
		t.Errorf("finished %+v, want %d commands in all", finished, commands)
	}
}

// A run on a cluster prints, stores and returns what the same run on this machine does.
func TestSlurmRun(t *testing.T) {
	c := newCluster(t)
	big := strings.Repeat("0123456789abcde\n", 10_000)
	must(t, os.WriteFile(c.dir+"/big", []byte(big), 0o644))
	lines := "a b\nit's\n\"q\"\n\nno \xff\xfe UTF-8\n-dash\n$(id)\nlast\nlast\n"
	must(t, os.WriteFile(c.dir+"/items", []byte(lines), 0o644))
	items := []string{"::::", "items", ":::", "1", "2"}
	for name, row := range map[string]struct {
		flags, command []string
		status         int
	}{
		"argv":  {nil, []string{"printf", `%s\n`}, 0},
		"order": {nil, []string{"--shell", "sleep 0.{2}; echo {1} {#} $BROOD_SEQ $BROOD_ITEM $PWD; echo {} >&2"}, 0},
		"tag":   {[]string{"--tagstring={#} {1}"}, []string{"--shell", "cat big; printf 'no end'; : {}"}, 0},
		"fails": {[]string{"--tag"}, []string{"--shell", "echo {}; exit {2}"}, 1},
		"ok":    {[]string{"--ok=1,2", "--env=X=y z", "--cwd=src"}, []string{"--shell", `echo "$X" $PWD; exit {2}`}, 0},
		"none":  {nil, []string{"{1}x"}, 1},
		"two":   {[]string{"-n3"}, []string{"echo", "{1}", "-"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			args := slices.Concat([]string{"run", "-k", "-j3", "--results", name + ".jsonl"}, row.flags)
			here := c.brood(slices.Concat(args, row.command, items)...)
			var out, said [2]bytes.Buffer
			here.Stdout, here.Stderr = &out[0], &said[0]
			_ = here.Run()
			must(t, os.Rename(c.dir+"/"+name+".jsonl", c.dir+"/"+name+".here"))
			there := c.with(c.brood(slices.Concat(args, []string{"--on=slurm", "--per-task=2"}, row.command, items)...))
			there.Stdout, there.Stderr = &out[1], &said[1]
			_ = there.Run()
			if got := there.ProcessState.ExitCode(); got != row.status || here.ProcessState.ExitCode() != row.status {
				t.Errorf("status %d, and %d on this machine; want %d", got, here.ProcessState.ExitCode(), row.status)
			}
			for i, what := range []string{"output", "messages"} {
				both := [][2]bytes.Buffer{out, said}[i]
				if a, b := sorted(i == 1, both[0].String()), sorted(i == 1, both[1].String()); a != b {
					t.Errorf("%s on this machine\n%.2000s\nand on the cluster\n%.2000s", what, a, b)
				}
			}
			if a, b := stored(t, c.dir+"/"+name+".here"), stored(t, c.dir+"/"+name+".jsonl"); a != b {
				t.Errorf("results on this machine\n%.2000s\nand on the cluster\n%.2000s", a, b)
			}
		})
	}
	c.nobodyLeft(t, allNodes...)
}

// sorted returns a text with its lines in order, if they have no order of their own. It leaves out that tasks wait.
func sorted(yes bool, text string) string {
	lines := slices.DeleteFunc(strings.Split(text, "\n"), func(line string) bool {
		return strings.HasPrefix(line, "brood: ") && strings.Contains(line, " waiting: ")
	})
	if yes {
		slices.Sort(lines)
	}
	return strings.Join(lines, "\n")
}

// stored returns the lines of results, in order and without what differs between two runs.
func stored(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	must(t, err)
	varies := regexp.MustCompile(`,"(start|duration|user|system|maxrss)":("[^"]*"|[^,}]*)`)
	return sorted(true, varies.ReplaceAllString(string(text), ""))
}

// Many commands go in lists, whose tasks run on several nodes. The joblog tells where.
func TestSlurmRunMany(t *testing.T) {
	c := newCluster(t)
	cmd := c.with(c.brood("run", "--on=slurm", "--record", c.dir+"/record", "--joblog", "log", "echo", "{}", "{#}"))
	var items strings.Builder
	for n := range 1000 {
		fmt.Fprintln(&items, n%10)
	}
	cmd.Stdin = strings.NewReader(items.String())
	r := start(t, c.place, cmd)
	r.endsWith(0)
	c.ranOnce(t, r, 1000)
	var want strings.Builder
	for n := range 1000 {
		fmt.Fprintln(&want, n%10, n+1)
	}
	if sorted(true, r.stdout()) != sorted(true, want.String()) {
		t.Errorf("stdout is %.2000q", r.stdout())
	}
	finished := r.of(event.Finished)[0]
	if tasks := 125; finished.Tasks != tasks || finished.Nodes != 3 {
		t.Errorf("%d tasks on %d nodes, want %d, of 8 commands each", finished.Tasks, finished.Nodes, tasks)
	}
	log, err := os.ReadFile(c.dir + "/log")
	must(t, err)
	if lines := regexp.MustCompile(`(?m)^\d+\tn[123]\t.*\t0\t0\techo `).FindAll(log, -1); len(lines) != 1000 {
		t.Errorf("the joblog has %d lines, want 1000:\n%.500s", len(lines), log)
	}
	if left, _ := filepath.Glob(c.dir + "/brood-*"); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
	again := start(t, c.elsewhere(t), c.with(c.brood("run", "--on=slurm", "--resume", c.dir+"/record", "echo", "{}",
		"{#}", ":::", "9", "new")))
	again.endsWith(0)
	if again.stdout() != "new 1\n" {
		t.Errorf("with --resume it prints %q", again.stdout())
	}
}

func TestSlurmRunDryRun(t *testing.T) {
	c := newCluster(t)
	for flags, wants := range map[string][]string{
		"": {
			"/brood\" run-task ", "cd -- " + c.dir + " || exit", " --jobs=2 -- echo hi\n",
			"would run 12 commands by 2 tasks",
		},
		"--per-task=1 --nodes=2": {
			" --array=0-10%2 ", " --exclusive ", " --array=0%2 ", "would run 12 commands by 12 tasks",
		},
		"--env=A=b --env=-C --shell -n5": {
			" --env=A=b --env=-C ", " --max-args=5 ", " --shell=true ", "would run 3 commands by 1 tasks",
		},
	} {
		args := slices.Concat([]string{"--dry-run"}, strings.Fields(flags), []string{"echo", "hi", ":::"})
		r := start(t, c.place, c.runOn(append(args, strings.Fields("1 2 3 4 5 6 7 8 9 a b c")...)...))
		r.endsWith(0)
		for _, words := range wants {
			if !strings.Contains(r.stdout(), words) {
				t.Errorf("%s: the answer lacks %q:\n%s", flags, words, r.stdout())
			}
		}
	}
	if left := c.Run("squeue", "-h", "-t", "all"); left != "" {
		t.Errorf("still in the queue: %s", left)
	}
}
