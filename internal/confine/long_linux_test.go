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

// longFolder is the name of a folder below source. It is longer than a path may be.
var longFolder = strings.Repeat(strings.Repeat("x", 199)+"/", 45)

// A child may read a file with a very long name, and no other file beside it.
func TestLongNames(t *testing.T) {
	needVersion(t, 1)
	f := newFamily(t, os.Geteuid())
	source, err := os.OpenRoot(f.path("source"))
	must(t, err)
	defer source.Close()
	must(t, source.MkdirAll(longFolder, 0o755))
	must(t, source.Symlink("item", longFolder+"link"))
	for _, name := range []string{"item", "other"} {
		must(t, source.WriteFile(longFolder+name, nil, 0o644))
	}
	f.setMode(t, confine.Always)
	if got, want := f.child(t, "long names", 0), "item <nil>, other permission denied"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// longNames reads the file that it may read, and the one beside it.
func longNames(f family) (string, error) {
	source, err := os.OpenRoot(f.path("source"))
	if err != nil {
		return "", err
	}
	tooLong := strings.Repeat("y", 256) // longer than a name may be
	err = f.confine(func(a *confine.Access) {
		a.Read[0].Names = []string{
			longFolder + "gone", longFolder + tooLong, tooLong, longFolder + "link", longFolder + "item",
		}
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
	return fmt.Sprintf("item %v, other %v", try("item"), try("other")), nil
}
