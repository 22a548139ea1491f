package cli

import (
	"slices"
	"strings"
	"testing"

	"brood/internal/slurm/slurmtest"
)

// testClusterExample runs one on a cluster. The README has only the beginning and the end of its log.
func testClusterExample(t *testing.T, command, want, dest string) {
	t.Run("on a cluster", func(t *testing.T) {
		cmd := slurmtest.New(t, slurmtest.Options{}).Command("sh", "-c", strings.ReplaceAll(command, "/scratch/videos", dest))
		cmd.Dir = top + "/testdata"
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", command, err, out)
		}
		got := withoutNumbers(strings.ReplaceAll(string(out), dest, "/scratch/videos"))
		for _, line := range withoutNumbers(want) {
			if line != "…" && !slices.Contains(got, line) {
				t.Errorf("%s prints\n%s\nthe README has %s", command, strings.Join(got, "\n"), line)
			}
		}
	})
}
