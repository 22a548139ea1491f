//go:build unix

package plan_test

import (
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"brood/internal/event"
	"brood/internal/plan"
)

// A name that is not copied is Skipped, with its reason.
func TestPassedOver(t *testing.T) {
	t.Chdir(t.TempDir()) // the name of a socket is short
	makeTree(t, ".", "src/f", "src/in/"+leftover(t, "f"), "src/in/.f.01234567.brood.txt", "src/l -> pipe")
	must(t, syscall.Mkfifo("src/pipe", 0o600))
	socket, err := net.Listen("unix", "src/in/socket")
	must(t, err)
	defer socket.Close()
	batches, seen := runAll(t, plan.Tree{Source: "src", Dest: "none"}, plan.Options{})
	files, rest := filesAndRest(batches)
	if want := []string{"f", "in/.f.01234567.brood.txt"}; !slices.Equal(files, want) {
		t.Errorf("files %q, want %q", files, want)
	}
	if want := []string{".", "in", "l"}; !slices.Equal(rest, want) {
		t.Errorf("folders and links %q, want %q", rest, want)
	}
	want := []string{"in/.f.01234567.brood: leftover of an interrupted copy", "in/socket: socket", "pipe: named pipe"}
	if got := seen.of(event.Skipped); !slices.Equal(got, want) {
		t.Errorf("skipped %q, want %q", got, want)
	}
}

// A folder that cannot be read is a failure. A child makes it, and the walk goes on.
func TestUnreadable(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("platform: root reads what nobody may")
	}
	dir := t.TempDir()
	makeTree(t, dir, "a", "shut/x", "z")
	must(t, os.Chmod(dir+"/shut", 0))
	t.Cleanup(func() { _ = os.Chmod(dir+"/shut", 0o755) })
	batches, seen := runAll(t, plan.Tree{Source: dir, Dest: dir + "/none"}, plan.Options{})
	files, rest := filesAndRest(batches)
	if !slices.Equal(files, []string{"a", "z"}) || !slices.Equal(rest, []string{".", "shut"}) {
		t.Errorf("files %q, folders %q; want a, z, and both folders", files, rest)
	}
	failed := strings.Join(seen.of(event.Failed), ", ")
	if !strings.HasPrefix(failed, "shut: ") || !strings.HasSuffix(failed, "permission denied") || len(seen.all) != 1 {
		t.Errorf("failed %q, want shut, with permission denied", failed)
	}
}

// Start returns an error if the folders changed after Check.
func TestStartFails(t *testing.T) {
	dir := t.TempDir()
	makeTree(t, dir, "src/f", "file")
	for name, tree := range map[string]plan.Tree{
		"no source":      {Source: dir + "/none", Dest: dir + "/dst"},
		"dest is a file": {Source: dir + "/src", Dest: dir + "/file"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := plan.Start(t.Context(), tree, plan.Options{PerChild: 1}, noEvents(t)); err == nil {
				t.Error("Start returned no error")
			}
		})
	}
}
