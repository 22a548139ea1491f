//go:build unix

package cli

import (
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"brood/internal/lesson"
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

// The examples are run, and their output is that of the README but for numbers
// and for the order of what happens at the same time.
func TestReadmeExamples(t *testing.T) {
	blocks := strings.Split(readme(t), "```console\n$ ")[1:]
	if len(blocks) < 2 {
		t.Fatalf("%d examples", len(blocks))
	}
	for _, block := range blocks {
		block, _, _ = strings.Cut(block, "\n```")
		command, want, _ := strings.Cut(block, "\n")
		testExample(t, strings.TrimPrefix(command, "bin/"), want)
	}
}

func testExample(t *testing.T, command, want string) {
	dest := t.TempDir() + "/videos"
	if strings.Contains(command, "--on slurm") {
		testClusterExample(t, command, want, dest)
		return
	}
	cmd := exec.Command("sh", "-c", strings.ReplaceAll(command, "/tmp/videos", dest))
	cmd.Dir = top
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
	got := strings.ReplaceAll(strings.TrimSpace(string(out)), dest, "/tmp/videos")
	if a, b := withoutNumbers(got), withoutNumbers(want); !slices.Equal(a, b) {
		t.Errorf("%s prints\n%s\nthe README has\n%s", command, strings.Join(a, "\n"), strings.Join(b, "\n"))
	}
}

func withoutNumbers(text string) []string {
	// The order of children, their number at once and their speed differ from machine to machine.
	varies := regexp.MustCompile(`(?m)^20\S+|(pid|ppid|slots|duration|node|task|array)=\S+|(copy|task)-\d` +
		`|at most \d+|[\d.]+ (s|[KMG]?i?B/s)\b|pid \d+|(?:A|─ [B-Z]) \d+`)
	lines := strings.Split(varies.ReplaceAllString(text, "#"), "\n")
	slices.Sort(lines)
	return lines
}

func TestReadmeHasEveryFlag(t *testing.T) {
	text := readme(t)
	std := Streams{Out: io.Discard, Err: io.Discard}
	for _, flag := range slices.Concat(
		copyCommand(std).Flags, verifyCommand(std).Flags, lessonCommand(std).Flags,
		reportCommand(std).Flags, psCommand(std).Flags, followCommand(std).Flags,
	) {
		if visible, ok := flag.(cli.VisibleFlag); flag.Names()[0] == aboutFlag || ok && !visible.IsVisible() {
			continue
		}
		for _, name := range flag.Names() {
			if dashes := "--"[:min(len(name), 2)]; !strings.Contains(text, "`"+dashes+name) {
				t.Errorf("%s%s is missing", dashes, name)
			}
		}
	}
}

func TestReadmeHasEveryCommand(t *testing.T) {
	text := readme(t)
	for _, c := range newApp(Streams{Out: io.Discard, Err: io.Discard}).Commands {
		if !c.Hidden && !strings.Contains(text, "brood "+c.Name) {
			t.Errorf("brood %s is missing", c.Name)
		}
	}
}

func TestReadmeHasEveryLesson(t *testing.T) {
	text := readme(t)
	for _, l := range lesson.All() {
		if !regexp.MustCompile("(?m)^\\| .*`" + l.Name + "`.* \\|").MatchString(text) {
			t.Errorf("%s is missing", l.Name)
		}
	}
}

func TestReadmeHasEveryFieldOfPs(t *testing.T) {
	text := readme(t)
	_, text, _ = strings.Cut(text, "\n## brood ps")
	text, _, _ = strings.Cut(text, "\n## ")
	source, err := os.ReadFile("../view/processes_json.go")
	if err != nil {
		t.Fatal(err)
	}
	fields := regexp.MustCompile(`json:"(\w+)`).FindAllStringSubmatch(string(source), -1)
	if len(fields) < 10 {
		t.Fatalf("found only %d fields", len(fields))
	}
	for _, field := range fields {
		if !strings.Contains(text, "`"+field[1]+"`") {
			t.Errorf("the field %s is missing", field[1])
		}
	}
}
