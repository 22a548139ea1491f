//go:build unix

package cli_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"brood/internal/cli"
	"brood/internal/confine"
	"brood/internal/lesson"
	"brood/internal/process"
	"brood/internal/target"
	"brood/internal/testenv"
	"brood/internal/trace"
)

// A traced program begins as this binary, on the main thread.
func init() {
	if trace.IsSetup(os.Args) {
		os.Exit(trace.Setup(os.Args))
	}
}

// TestMain makes this binary the command brood of the scripts, the children of it too.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "brood" {
		brood()
	}
	testscript.Main(testenv.New(m), map[string]func(){"brood": brood})
}

func brood() {
	if status, ok := process.Main(os.Args, lookup, target.Late...); ok {
		os.Exit(status)
	}
	os.Exit(cli.Main(os.Args, cli.Streams{Out: os.Stdout, Err: os.Stderr}))
}

// TestScript runs what a user does and sees. Scripts have these commands of their own, beside testscript's:
//
//	status N COMMAND...               the command exits with status N, then stdout and stderr;
//	                                  its --record has only events that the schema allows
//	json [-first|-last] FILE K[=V]... each line (or that one) is a JSON object with these keys
//	[!] same A B                      A and B hold the same names, kinds, contents, modes, times and link targets
//	mkfifo FILE
//	touch RFC3339 FILE...             gives files that modification time
//
// and $ESC and $NL, for names that a terminal would act on.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "../../testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("GORACE", os.Getenv("GORACE"))
			e.Setenv("ESC", "\x1b")
			e.Setenv("NL", "\n")
			return nil
		},
		Condition: func(name string) (bool, error) {
			root := os.Geteuid() == 0
			return name == "root" && root || name == "landlock" && confine.Available() == nil, nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status": status,
			"json":   jsonLines,
			"same":   same,
			"mkfifo": mkfifo,
			"touch":  touch,
		},
	})
}

func lookup(name string) (process.Target, bool) {
	if t, ok := target.Lookup(name); ok {
		return t, true
	}
	return lesson.Lookup(name)
}
