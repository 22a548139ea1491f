//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path"
	"strings"
	"testing"

	"brood/internal/testenv"
)

// File names are bytes. They pass through command lines, pipes and the record unchanged.
func TestNames(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	root, err := os.OpenRoot(p.src)
	must(t, err)
	defer root.Close()
	deep := strings.TrimSuffix(strings.Repeat(strings.Repeat("d", 249)+"/", 16), "/") // 3,999 bytes
	must(t, root.MkdirAll(deep, 0o755))
	must(t, root.Mkdir("-folder\n", 0o755))
	names := []string{
		"line\nfeed", "invalid \xff\xfe UTF-8", "-dash", "--", "--jobs=7", " ", "\x1b[31mred",
		"quo\"te'", `back\slash`,
		"=", "~", "*",
		strings.Repeat("l", 255), strings.Repeat("\xff", 255), strings.Repeat("ä", 127) + "x",
		path.Join(deep, strings.Repeat("f", 80)), "-folder\n/-file\n",
	}
	for i := len(names); i < 100; i++ {
		names = append(names, fmt.Sprintf("-%d\n\xff", i))
	}
	for i, name := range names {
		must(t, root.WriteFile(name, noise(1000, i), 0o644))
	}
	must(t, root.Symlink("-to\n\xff", "-link\n\xff"))

	r := start(t, p, p.copy("--per-child=7"))
	r.wants(0)
	p.equal(t)
	said := map[string]bool{}
	for _, e := range r.of("copied") {
		said[e.File] = true
	}
	for _, name := range names {
		if !said[name] {
			t.Errorf("the record lacks the copy of %q", name)
		}
	}
	if strings.Contains(r.stderr(), "\x1b") {
		t.Errorf("stderr has an escape sequence of a name, want it quoted:\n%q", r.stderr())
	}
}

// After "--", arguments that begin with a dash are folders.
func TestFoldersWithADash(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.src, p.dst = p.dir+"/-take", p.dir+"/--daemon"
	must(t, os.Mkdir(p.src, 0o755))
	p.small(t, 3, 100)
	r := start(t, p, p.brood("copy", "--jobs=1", "--", "-take", "--daemon"))
	r.wants(0)
	p.equal(t)
}

// rsync finds no difference between a large tree and its copy.
func TestManyFiles(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	needs(t, "rsync")
	p := newPlace(t)
	p.src = "/usr/share/doc"
	if entries, err := os.ReadDir(p.src); err != nil || len(entries) < 20 {
		t.Skipf("needs a large tree: %d entries in %s, %v", len(entries), p.src, err)
	}
	r := start(t, p, p.copy("--per-child=50"))
	r.wants(0)
	diff, err := exec.Command("rsync", "-rlptnc", "--delete", "--itemize-changes", "--chmod=ug-s,o-t",
		p.src+"/", p.dst+"/").CombinedOutput()
	if err != nil || len(diff) > 0 {
		t.Errorf("rsync: %v; it finds differences, want none: %.4000s", err, diff)
	}
}
