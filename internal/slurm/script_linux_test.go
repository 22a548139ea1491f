package slurm

import (
	"context"
	"os"
	"strings"
	"testing"

	"brood/internal/slurm/slurmtest"
)

// TestOddJobFolder checks that Slurm finds the batch script and writes the log in a job folder with any name.
func TestOddJobFolder(t *testing.T) {
	c := slurmtest.New(t, slurmtest.Options{Nodes: 1, Plain: true})
	for _, v := range c.Env() {
		name, value, _ := strings.Cut(v, "=")
		t.Setenv(name, value)
	}
	folders, ids := map[string]*Folder{}, map[string]string{}
	for name, odd := range map[string]string{
		"blank": "a b", "pattern": "a%b%A%%", "number": "a%5b", "quotes": `a'b"c`, "newline": "a\nb",
		"backslash": `a\b`, "backslashes": `a\\b\`, "both": `a\%Ab`, "dollar": "$HOME`x`",
	} {
		f := newFolder(t, Request{Source: "/s", Dest: "/d"})
		path := f.in(odd)
		must(t, os.MkdirAll(path+"/log", 0o755))
		f.Path = path
		must(t, os.WriteFile(f.in("brood"), []byte("#!/bin/sh\necho \"$@\"\n"), 0o755))
		must(t, os.WriteFile(f.in("task.sh"), []byte(f.script()), 0o755))
		id, err := submitArray(context.Background(), f.submitArgs(array{Tasks: []int{0}}, 0, false, "", nil))
		must(t, err)
		folders[name], ids[name] = f, id
	}
	for name, f := range folders {
		t.Run(name, func(t *testing.T) {
			until(t, "the task is over", func() bool {
				state, _, _ := strings.Cut(c.State(ids[name]+"_0"), " ")
				return queued{state: state}.isOver()
			})
			logs, err := os.ReadDir(f.in("log"))
			if err != nil || len(logs) != 1 {
				t.Fatalf("%s: %d logs, %v", c.State(ids[name]+"_0"), len(logs), err)
			}
			text, err := os.ReadFile(f.in("log", logs[0].Name()))
			if err != nil || !strings.Contains(string(text), "--batch=0") {
				t.Errorf("%q: %q, %v", logs[0].Name(), text, err)
			}
		})
	}
}
