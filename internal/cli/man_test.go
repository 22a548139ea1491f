//go:build unix

package cli

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"brood/internal/manual"
)

func manPage(t *testing.T) (page, file string) {
	t.Helper()
	_, p := described(t)
	page, file = p.Man(), t.TempDir()+"/brood.1"
	if err := os.WriteFile(file, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	return page, file
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

func TestManPageHasNothingToComplainOf(t *testing.T) {
	_, file := manPage(t)
	if out := read(t, "mandoc", "-T", "lint", "-W", "style", file); out != "" {
		t.Error(out)
	}
}

func TestManPageTellsOfAll(t *testing.T) {
	_, p := described(t)
	_, file := manPage(t)
	for _, row := range []struct {
		program string
		args    []string
	}{
		{"mandoc", []string{"-T", "utf8", file}},
		{"groff", []string{"-man", "-T", "utf8", "-ww", "-P", "-c", file}},
		{"man", []string{"--warnings", "-l", file}},
	} {
		t.Run(row.program, func(t *testing.T) {
			text := strings.Join(strings.Fields(unstruck(read(t, row.program, row.args...))), " ")
			for _, c := range p.Commands {
				if !strings.Contains(text, "brood "+c.Name) {
					t.Errorf("brood %s is missing", c.Name)
				}
				for _, g := range c.Groups {
					for _, f := range g.Flags {
						if !strings.Contains(text, " --"+f.Names[0]) {
							t.Errorf("--%s is missing", f.Names[0])
						}
					}
				}
			}
			for _, want := range []string{"EXIT STATUS 0 All is done.", "128+n", "NO_COLOR", "write FILE for sha256sum -c, xxhsum -c", "brood copy --dry-run --include '*.{mov,mp4}' videos /disk/videos", "v1.2.3", "2026-11-24"} {
				if !strings.Contains(text, want) {
					t.Errorf("%q is missing", want)
				}
			}
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
func TestManPageTakesTextForText(t *testing.T) {
	p := manual.Program{Name: "brood", Usage: "x", Date: "2026-11-24", SeeAlso: []string{"cp"}, Commands: []manual.Command{{
		Name: "copy", Usage: ".so /etc/passwd", Description: `'ig \fBbold\fR "quoted" \*(x`,
		Args:   []manual.Arg{{Name: `A"B`}},
		Groups: []manual.Group{{Title: `"t`, Flags: []manual.Flag{{Names: []string{"f"}, Usage: ".de .. \\n[.x]"}}}},
	}}}
	file := t.TempDir() + "/brood.1"
	if err := os.WriteFile(file, []byte(p.Man()), 0o600); err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(unstruck(read(t, "mandoc", "-T", "ascii", file))), " ")
	for _, want := range []string{".so /etc/passwd.", `'ig \fBbold\fR "quoted" \*(x`, `A"B`, `"t`, ".de .. \\n[.x]"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in %s", want, text)
		}
	}
}
