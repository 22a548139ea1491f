//go:build unix

package cli

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"brood/internal/manual"
)

// manPages writes all man pages to a folder.
func manPages(t *testing.T) (p manual.Program, folder string) {
	t.Helper()
	_, p = described(t)
	folder = t.TempDir()
	if err := writePages(p.Pages(), folder); err != nil {
		t.Fatal(err)
	}
	return p, folder
}

// read is what a reader of man pages makes of ours; it is to have no complaint.
func read(t *testing.T, program string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skip("needs "+program+": ", err)
	}
	var complaints strings.Builder
	cmd := exec.Command(path, args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "MANWIDTH=80", "MAN_KEEP_FORMATTING=")
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil || complaints.Len() > 0 {
		t.Errorf("%s %q: %v\n%s%s", program, args, err, complaints.String(), out)
	}
	return string(out)
}

func TestManPagesHaveNothingToComplainOf(t *testing.T) {
	p, folder := manPages(t)
	for _, page := range p.Pages() {
		if out := read(t, "mandoc", "-T", "lint", "-W", "style", folder+"/"+page.Path()); out != "" {
			t.Error(out)
		}
	}
}

func TestManPagesTellOfAll(t *testing.T) {
	p, folder := manPages(t)
	for _, row := range []struct {
		program string
		args    []string
	}{
		{"mandoc", []string{"-T", "utf8"}},
		{"groff", []string{"-man", "-T", "utf8", "-ww", "-P", "-c"}},
		{"man", []string{"--warnings", "-l"}},
	} {
		t.Run(row.program, func(t *testing.T) {
			text := map[string]string{}
			for _, page := range p.Pages() {
				out := read(t, row.program, append(row.args, folder+"/"+page.Path())...)
				text[page.Name] = strings.Join(strings.Fields(unstruck(out)), " ")
			}
			wants := func(page string, words ...string) {
				for _, w := range words {
					if !strings.Contains(text[page], w) {
						t.Errorf("%s lacks %q", page, w)
					}
				}
			}
			for _, c := range p.Commands {
				wants("brood", "brood-"+c.Name+"(1)")
				wants("brood-"+c.Name, "brood "+c.Name, "EXIT STATUS")
				for _, g := range c.Groups {
					for _, f := range g.Flags {
						wants("brood-"+c.Name, " --"+f.Names[0])
					}
				}
			}
			for _, topic := range p.Topics {
				wants("brood", fmt.Sprintf("brood-%s(%d)", topic.Name, topic.Section))
			}
			wants("brood", "EXIT STATUS 0 All is done.", "128+n", "NO_COLOR", "v1.2.3", "2026-11-24")
			wants("brood-copy", "write FILE for sha256sum -c, xxhsum -c", ".NAME.1a2b3c4d.brood",
				"brood copy --dry-run --include '*.{mov,mp4}' videos /disk/videos",
				"WHAT IS KEPT Always: contents", "SEE ALSO brood(1), brood-failures(7)")
			wants("brood-ps", "orphan_of the parent", "├─ 13@n1")
			wants("brood-events", "BROOD-EVENTS(5)", "begun", "always has: pid, version")
			wants("brood-faults", "a source file stalls cp: hangs:")
		})
	}
}

// unstruck is text without letters struck over each other, and without escape sequences.
func unstruck(text string) string {
	var out []rune
	escape := false
	for _, r := range text {
		switch {
		case r == '\b':
			out = out[:len(out)-1]
		case r == '\x1b':
			escape = true
		case escape:
			escape = r != 'm'
		default:
			out = append(out, r)
		}
	}
	return string(out)
}

// The text of a usage never becomes a roff request.
func TestManPagesTakeTextForText(t *testing.T) {
	p := manual.Program{Name: "brood", Usage: "x", Date: "2026-11-24", SeeAlso: []string{"cp"}, Commands: []manual.Command{{
		Name: "copy", Usage: ".so /etc/passwd", Description: `'ig \fBbold\fR "quoted" \*(x`,
		Args:   []manual.Arg{{Name: `A"B`}},
		Groups: []manual.Group{{Title: `"t`, Flags: []manual.Flag{{Names: []string{"f"}, Usage: ".de .. \\n[.x]"}}}},
	}}}
	folder := t.TempDir()
	if err := writePages(p.Pages(), folder); err != nil {
		t.Fatal(err)
	}
	file := folder + "/man1/brood-copy.1"
	text := strings.Join(strings.Fields(unstruck(read(t, "mandoc", "-T", "ascii", file))), " ")
	for _, want := range []string{".so /etc/passwd.", `'ig \fBbold\fR "quoted" \*(x`, `A"B`, `"t`, ".de .. \\n[.x]"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in %s", want, text)
		}
	}
}
