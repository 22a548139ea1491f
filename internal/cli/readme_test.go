//go:build unix

package cli

import (
	"io"
	"os"
	"os/exec"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"brood/internal/event"
)

const top = "../.."

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(top + "/README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The example is run, and its output is that of the README but for numbers and
// for the order of what happens at the same time.
func TestReadmeExample(t *testing.T) {
	_, block, _ := strings.Cut(readme(t), "```console\n$ bin/")
	block, _, _ = strings.Cut(block, "\n```")
	command, want, _ := strings.Cut(block, "\n")
	dest := t.TempDir() + "/videos"
	cmd := exec.Command("sh", "-c", strings.ReplaceAll(command, "/tmp/videos", dest))
	cmd.Dir = top
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
	got := strings.ReplaceAll(strings.TrimSuffix(string(out), "\n"), dest, "/tmp/videos")
	if a, b := withoutNumbers(got), withoutNumbers(want); !slices.Equal(a, b) {
		t.Errorf("%s prints\n%s\nthe README has\n%s", command, strings.Join(a, "\n"), strings.Join(b, "\n"))
	}
}

func withoutNumbers(text string) []string {
	// Which child was first, how many ran at once and how fast is not the same on each machine.
	varies := regexp.MustCompile(`(?m)^20\S+|(pid|ppid|jobs|duration)=\S+|copy-\d|at most \d+|[\d.]+ (s|[KMG]?i?B/s)\b`)
	lines := strings.Split(varies.ReplaceAllString(text, "#"), "\n")
	slices.Sort(lines)
	return lines
}

func TestReadmeHasEveryFlag(t *testing.T) {
	text := readme(t)
	for _, flag := range copyCommand(Streams{io.Discard, io.Discard}).Flags {
		for _, name := range flag.Names() {
			if dashes := "--"[:min(len(name), 2)]; !strings.Contains(text, "`"+dashes+name) {
				t.Errorf("%s%s is missing", dashes, name)
			}
		}
	}
}

func TestReadmeHasEveryEvent(t *testing.T) {
	text := readme(t)
	source, err := os.ReadFile("../event/event.go")
	if err != nil {
		t.Fatal(err)
	}
	kinds := regexp.MustCompile(`Kind = "(\w+)"`).FindAllStringSubmatch(string(source), -1)
	if len(kinds) < 10 {
		t.Fatalf("found only %d kinds", len(kinds))
	}
	for _, kind := range kinds {
		if !strings.Contains(text, "| `"+kind[1]+"` |") {
			t.Errorf("the kind %s has no row", kind[1])
		}
	}
	for _, of := range []reflect.Type{reflect.TypeFor[event.Event](), reflect.TypeFor[event.Totals]()} {
		for i := range of.NumField() {
			name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
			if name != "" && !strings.Contains(text, "`"+name+"`") {
				t.Errorf("the field %s is missing", name)
			}
		}
	}
}
