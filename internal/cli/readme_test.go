//go:build unix

package cli

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/creack/pty"
	"github.com/urfave/cli/v2"

	"brood/internal/lesson"
	"brood/internal/manual"
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

// documents returns the README, and the topics and the references of commands by their names.
func documents(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{"README": readme(t)}
	for _, topic := range manual.Topics() {
		all[topic.Name] = topic.Markdown
	}
	return all
}

// The examples are run, and their output is that of the document but for numbers
// and for the order of what happens at the same time.
func TestExamples(t *testing.T) {
	for name, text := range documents(t) {
		blocks := strings.Split(text, "```console\n$ ")[1:]
		if name == "README" && len(blocks) < 3 {
			t.Fatalf("%d examples", len(blocks))
		}
		dest := t.TempDir() + "/videos"
		for _, block := range blocks {
			block, _, _ = strings.Cut(block, "\n```")
			command, want, _ := strings.Cut(block, "\n")
			testExample(t, strings.ReplaceAll(command, "bin/", ""), want, dest)
		}
	}
}

func testExample(t *testing.T, command, want, dest string) {
	if strings.Contains(command, "--on slurm") {
		testClusterExample(t, command, want, dest)
		return
	}
	cmd := exec.Command("sh", "-c", strings.ReplaceAll(command, "/tmp/videos", dest))
	cmd.Dir = top
	run := cmd.CombinedOutput
	if strings.Contains(want, "\nPID ") {
		run = func() ([]byte, error) { return inTerminal(t, cmd) }
	}
	out, err := run()
	if fails := strings.Contains(want, "failed    1\n"); err != nil && !(fails && cmd.ProcessState.ExitCode() == 1) {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
	got := strings.ReplaceAll(strings.TrimSpace(string(out)), dest, "/tmp/videos")
	got = regexp.MustCompile(` · a zombie for [\d.]+ s`).ReplaceAllString(got, "") // on a busy machine
	if a, b := withoutNumbers(got), withoutNumbers(want); !slices.Equal(a, b) {
		t.Errorf("%s prints\n%s\nthe document has\n%s", command, strings.Join(a, "\n"), strings.Join(b, "\n"))
	}
}

// inTerminal runs cmd at a terminal that is wide enough, and returns what it prints there.
func inTerminal(t *testing.T, cmd *exec.Cmd) ([]byte, error) {
	t.Helper()
	cmd.Env = append(os.Environ(), "TERM=dumb") // without progress
	master, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 50, Cols: 150})
	if err != nil {
		t.Fatal(err)
	}
	defer master.Close()
	out, _ := io.ReadAll(master) // ends with EIO when the other end is closed
	return bytes.ReplaceAll(out, []byte("\r\n"), []byte("\n")), cmd.Wait()
}

func withoutNumbers(text string) []string {
	// The order of children, their number at once and their speed differ from machine to machine.
	varies := regexp.MustCompile(`(?m)^\d+ +\d+ +|^20\S+|PID \d+| {2,}|(pid|ppid|slots|duration|node|task|array)=\S+|(copy|task)-\d` +
		`|at most \d+|[\d.]+ (s|[KMG]?i?B/s)\b|pid \d+|(?:A|─ [B-Z]) \d+`)
	lines := strings.Split(varies.ReplaceAllString(text, "#"), "\n")
	slices.Sort(lines)
	return lines
}

// Each flag that a document names exists.
func TestDocumentsNameFlags(t *testing.T) {
	flags := map[string]bool{}
	for _, c := range newApp(Streams{Out: io.Discard, Err: io.Discard}).Commands {
		for _, f := range append(c.Flags, cli.HelpFlag) {
			for _, name := range f.Names() {
				flags["--"[:min(len(name), 2)]+name] = true
			}
		}
	}
	quoted := regexp.MustCompile("`(--?[a-z][a-z-]*)[^`]*`|^    brood .*|[ `]brood [a-z]+ [^`]*`")
	dashed := regexp.MustCompile(`(?:^|[ \x60])(--[a-z][a-z-]*|-[a-z]\b)`)
	ofOther := regexp.MustCompile(`(brood (?:run|trace).*?) -- .*`) // the command that brood runs has flags of its own
	// The first column of these tables has the flags of other programs.
	others, firstCells := regexp.MustCompile(`(?s)\n## From .*`), regexp.MustCompile(`(?m)^\|[^|]*`)
	named := 0
	for name, text := range documents(t) {
		text = others.ReplaceAllStringFunc(text, func(s string) string { return firstCells.ReplaceAllString(s, "") })
		for _, m := range quoted.FindAllString(text, -1) {
			if strings.Contains(m, "systemd-run") {
				continue
			}
			m = ofOther.ReplaceAllString(m, "$1")
			for _, flag := range dashed.FindAllStringSubmatch(m, -1) {
				named++
				if !flags[flag[1]] {
					t.Errorf("%s: no command has %s: %s", name, flag[1], m)
				}
			}
		}
	}
	if named < 100 {
		t.Errorf("found only %d flags", named)
	}
}

// Each page of help that a document names exists.
func TestDocumentsNameHelp(t *testing.T) {
	app := newApp(Streams{Out: io.Discard, Err: io.Discard})
	mention := regexp.MustCompile(`brood help ([a-z-]+)|man brood-([a-z-]+)`)
	for name, text := range documents(t) {
		for _, m := range mention.FindAllStringSubmatch(text, -1) {
			if _, ok := explain(app, m[1]+m[2], usualColumns); !ok {
				t.Errorf("%s: no help for %s", name, m[0])
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

func TestHelpHasEveryLesson(t *testing.T) {
	text := documents(t)[lessonName]
	for _, l := range lesson.All() {
		if !regexp.MustCompile("(?m)^\\| .*`" + l.Name + "`.* \\|").MatchString(text) {
			t.Errorf("%s is missing", l.Name)
		}
	}
}

func TestHelpHasEveryFieldOfPs(t *testing.T) {
	text := documents(t)["ps"]
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
