package block_test

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"brood/internal/testenv"
)

// TestParallel checks that GNU parallel cuts the same blocks, or the known others.
func TestParallel(t *testing.T) {
	if version, err := exec.Command("parallel", "--version").Output(); err != nil {
		t.Skip("needs parallel: ", err)
	} else if !strings.HasPrefix(string(version), "GNU parallel") {
		t.Skip("needs GNU parallel, not another program with its name")
	}
	testenv.Long(t)
	for _, r := range rows() {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			want := r.want
			if r.differs != nil {
				want = r.differs
			}
			if got := r.parallel(t); !slices.Equal(got, want) {
				t.Errorf("parallel: %q, want %q", got, want)
			}
		})
	}
}

// parallel returns what GNU parallel gives its commands.
func (r row) parallel(t *testing.T) []string {
	args := []string{"--will-cite", "--pipe", "-k", "-j1"}
	switch {
	case r.nul:
		args = append(args, "--recend", `\0`)
	case r.delim != 0:
		args = append(args, "--recend", string(r.delim))
	}
	if r.records > 0 {
		args = append(args, fmt.Sprint("-N", r.records))
	} else {
		args = append(args, "--block", fmt.Sprint(r.size))
	}
	cmd := exec.Command("parallel", append(args, `cat; printf '\002'`)...)
	home := t.TempDir()
	cmd.Env = append(os.Environ(), "HOME="+home, "PARALLEL_HOME="+home, "PARALLEL=", "PARALLEL_SHELL=/bin/sh")
	cmd.Stdin = strings.NewReader(r.input)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%q: %v", cmd.Args, err)
	}
	if len(out) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(out), "\x02"), "\x02")
}
