package confine_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"brood/internal/confine"
)

func init() { children["long names"] = longNames }

// longFolder is a name below source that is longer than a path may be.
var longFolder = strings.Repeat(strings.Repeat("x", 199)+"/", 45)

// TestLongNames: a file is let be read however long its name is, and those beside it are not.
func TestLongNames(t *testing.T) {
	needVersion(t, 1)
	f := newFamily(t, os.Geteuid())
	source, err := os.OpenRoot(f.path("source"))
	must(t, err)
	defer source.Close()
	must(t, source.MkdirAll(longFolder, 0o755))
	must(t, source.Symlink("job", longFolder+"link"))
	for _, name := range []string{"job", "other"} {
		must(t, source.WriteFile(longFolder+name, nil, 0o644))
	}
	f.setMode(t, confine.Always)
	if got, want := f.child(t, "long names", 0), "job <nil>, other permission denied"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// longNames reads the one file that it is let in to, and the one beside that.
func longNames(f family) (string, error) {
	source, err := os.OpenRoot(f.path("source"))
	if err != nil {
		return "", err
	}
	tooLong := strings.Repeat("y", 256) // for a name, and in a path that is too long
	err = f.confine(func(a *confine.Access) {
		a.Read[0].Names = []string{longFolder + "gone", longFolder + tooLong, tooLong, longFolder + "link", longFolder + "job"}
	})
	if err != nil {
		return "", err
	}
	try := func(name string) error {
		_, err := source.ReadFile(longFolder + name)
		var errno syscall.Errno
		if errors.As(err, &errno) {
			return errno
		}
		return err
	}
	return fmt.Sprintf("job %v, other %v", try("job"), try("other")), nil
}
