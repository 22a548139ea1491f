package internal_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// layers lists the packages of this module that each package may import.
var layers = map[string][]string{
	"cmd/brood":       {"child", "cli", "lesson", "process", "target", "trace"},
	"internal":        {},
	"internal/census": {"machine", "process"}, // it reads the command lines of children
	"internal/cli": {"block", "census", "confine", "digest", "event", "filecopy", "item", "jobs", "lesson", "machine",
		"manual", "output", "pace", "plan", "process", "report", "run", "status", "view"},
	"internal/run": {"block", "census", "command", "confine", "digest", "event", "filecopy", "gauge", "item", "jobs",
		"machine",
		"output", "pace", "plan", "process", "report", "schedule", "slurm", "status", "target", "trace", "view"},
	"internal/argument": {},
	"internal/block":    {"tempfile"},
	"internal/child":    {"child/stack", "process", "target"},
	"internal/command":  {},
	"internal/confine":  {},
	"internal/digest":   {"digest/cpu"},
	"internal/event":    {},
	"internal/faultfs":  {},
	"internal/filecopy": {"digest"},
	"internal/gauge":    {},
	"internal/item":     {},
	"internal/jobs":     {"memfd"},
	"internal/lesson":   {"confine", "event", "machine", "process", "status", "view"},
	"internal/machine":  {},
	"internal/manual":   {},
	"internal/memfd":    {},
	"internal/output":   {"tempfile"},
	"internal/pace":     {"memfd"},
	"internal/plan":     {"event", "filecopy", "machine", "tempfile"}, // it reads the mounts
	"internal/process":  {"argument", "machine"},
	"internal/report":   {"event", "status", "view"}, // the words of reasons in Chinese
	"internal/schedule": {"event", "gauge", "machine", "plan", "process"},
	"internal/slurm":    {"event", "filecopy", "plan", "schedule"},
	"internal/status":   {"event"},
	"internal/target":   {"argument", "confine", "digest", "event", "filecopy", "gauge", "pace", "process"},
	"internal/tempfile": {},
	"internal/trace":    {"event", "machine"},
	"internal/view":     {"census", "command", "event", "status"}, // a joblog quotes commands

	"internal/child/stack": {},
	"internal/digest/cpu":  {},

	"internal/faultfs/faultfstest": {"faultfs"}, // only tests import it
	"internal/faultfs/faultmount":  {"faultfs"},

	// Only tests import these:
	"internal/event/eventtest": {"event"},
	"internal/process/umltest": {"testenv"},
	"internal/slurm/slurmtest": {"testenv"},
	"internal/testenv":         {},
}

// owners lists the packages of this module that may import a package from outside.
var owners = map[string]string{
	// slurm runs the commands of Slurm, and faultfs fusermount3 for users who cannot unmount.
	// trace looks programs up, and starts them itself because the thread that starts one must also trace it.
	"os/exec": "internal/process internal/slurm internal/faultfs internal/process/umltest internal/slurm/slurmtest " +
		"internal/testenv internal/trace",
	"github.com/urfave/cli/v2":       "internal/cli",
	"github.com/bmatcuk/doublestar":  "internal/plan",
	"github.com/cenkalti/backoff/v5": "internal/schedule",
	"github.com/hashicorp/go-hclog":  "internal/view internal/run internal/cli", // run makes the logger, and view writes to it
	"github.com/pkg/xattr":           "internal/filecopy",
	"golang.org/x/term":              "internal/view internal/cli", // cli asks whether a quiz can be answered
	"github.com/rivo/uniseg":         "internal/view",
	"github.com/charmbracelet/x/vt":  "",             // tests read a terminal
	"github.com/creack/pty":          "internal/run", // a traced program writes to one, with --live
	"github.com/cespare/xxhash/v2":   "internal/digest",
	"github.com/zeebo":               "internal/digest",
	"github.com/klauspost/cpuid/v2":  "internal/digest/cpu",
	"runtime/debug":                  "internal/run internal/cli internal/process/umltest", // see package child
	"golang.org/x/text":              "internal/filecopy internal/faultfs",
	"golang.org/x/sys/unix": "internal/process internal/filecopy internal/plan internal/faultfs internal/confine " +
		"internal/pace internal/lesson internal/census internal/view internal/output internal/memfd internal/jobs " +
		"internal/tempfile internal/trace",
	"golang.org/x/sys/windows":        "internal/process internal/filecopy",
	"github.com/hanwen/go-fuse":       "internal/faultfs",
	"github.com/landlock-lsm":         "internal/confine",
	"kernel.org/pub/linux":            "internal/confine", // system calls on all threads
	"github.com/rogpeppe/go-internal": "",
	"github.com/chromedp":             "", // tests open the page of a run in a browser
}

// TestLayers checks the imports of each file against the tables, for all systems and build tags. Test files may import
// anything.
func TestLayers(t *testing.T) {
	seen := map[string]bool{}
	for _, top := range []string{"../cmd", "."} {
		err := filepath.WalkDir(top, func(file string, e fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
				return err
			}
			pkg := strings.TrimPrefix(path.Join("internal", filepath.ToSlash(filepath.Dir(file))), "../")
			seen[pkg] = true
			checkImports(t, pkg, file)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for pkg := range layers {
		if !seen[pkg] {
			t.Errorf("layers has %s, and there is no such package", pkg)
		}
	}
}

// checkImports checks the imports of one file.
func checkImports(t *testing.T, pkg, file string) {
	allowed, ok := layers[pkg]
	if !ok {
		t.Errorf("%s: layers lacks the package %s", file, pkg)
		return
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range parsed.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value)
		if ours, ok := strings.CutPrefix(imported, "brood/internal/"); ok && !slices.Contains(allowed, ours) {
			t.Errorf("%s: %s imports %s, want only %q", file, pkg, imported, allowed)
		}
		for outside, owner := range owners {
			within := imported == outside || strings.HasPrefix(imported, outside+"/")
			if within && !slices.Contains(strings.Fields(owner), pkg) {
				t.Errorf("%s: %s imports %s, only %q may", file, pkg, outside, owner)
			}
		}
	}
}
