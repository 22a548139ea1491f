package slurm

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestSeam keeps the package comment true: it lists each file, and only the files of the first list know Slurm's
// commands and variables.
func TestSeam(t *testing.T) {
	slurms := []string{
		"command.go", "scontrol.go", "sbatch.go", "script.go", "squeue.go", "scancel.go", "environ.go",
	}
	command := regexp.MustCompile(`\b(sbatch|squeue|scancel|scontrol)\b|SLURM|PENDING`)
	comment, err := os.ReadFile("slurm.go")
	must(t, err)
	for _, name := range names(t, ".") {
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || name == "slurm.go" {
			continue
		}
		if !strings.Contains(string(comment), name) {
			t.Errorf("the package comment does not list %s", name)
		}
		if slices.Contains(slurms, name) {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		must(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				if command.MatchString(n.Value) {
					t.Errorf("%s has %s", name, n.Value)
				}
			case *ast.Ident:
				if n.Name == "call" {
					t.Errorf("%s runs a command itself", name)
				}
			}
			return true
		})
	}
}
