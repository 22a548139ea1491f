package item_test

import (
	"errors"
	"io"
	"os"
	"reflect"
	"strings"
	"testing"

	"brood/internal/item"
	"brood/internal/testenv"
)

func TestMain(m *testing.M) { os.Exit(testenv.New(m).Run()) }

// open opens the sources that words name.
func open(t *testing.T, spec item.Spec, words []string, stdin io.Reader) *item.Reader {
	t.Helper()
	_, sources, err := item.Cut(words)
	if err != nil {
		t.Fatal(err)
	}
	spec.Sources = sources
	r, err := item.Open(spec, stdin)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// all reads the items until the first error. It returns the error unless that is io.EOF.
func all(spec item.Spec, stdin io.Reader) (items []item.Item, err error) {
	r, err := item.Open(spec, stdin)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	for {
		next, err := r.Next()
		if err == io.EOF {
			return items, nil
		}
		if err != nil {
			return items, err
		}
		items = append(items, next)
	}
}

// write makes a file in a folder of the test and returns its name.
func write(t *testing.T, name, content string) string {
	t.Helper()
	name = t.TempDir() + "/" + name
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// wantError checks that an error has all parts, in this order.
func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error, want %q", parts)
		return
	}
	rest := err.Error()
	for _, part := range parts {
		_, after, ok := strings.Cut(rest, part)
		if !ok {
			t.Errorf("error %q lacks %q", err, part)
			return
		}
		rest = after
	}
}

// wantItems compares items. No items may be nil or empty.
func wantItems(t *testing.T, who string, got, want []item.Item) {
	t.Helper()
	if len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
		t.Errorf("%s: items %q, want %q", who, got, want)
	}
}
