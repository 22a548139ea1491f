package item_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"reflect"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"

	"brood/internal/item"
)

// lines is a Spec for standard input.
func lines() item.Spec { return item.Spec{Delim: '\n'} }

func TestErrors(t *testing.T) {
	list := write(t, "list\n", "a\nb\n\x00\n")
	nul := "has a NUL byte, which no command line can hold"
	hint := "; are the items separated by NUL (-0)?"
	long := strings.Repeat("x", 128<<10)
	comma := regexp.MustCompile(",")
	for name, row := range map[string]struct {
		spec  item.Spec
		words []string
		stdin string
		items int // before the error
		want  []string
	}{
		"NUL":         {lines(), nil, "a\nb\nc\x00d\ne\n", 2, []string{"standard input, line 3: ", nul, hint}},
		"NUL in file": {lines(), []string{"::::", list}, "", 2, []string{`list\n", line 3: `, nul, hint}},
		"NUL in last": {lines(), words("::: 1 2 :::: -"), "a\n\x00", 1,
			[]string{"standard input, line 2: ", nul, hint}},
		"NUL in a column": {item.Spec{Delim: '\n', Colsep: comma}, nil, "a,\x00,c\n", 0,
			[]string{"standard input, line 1: ", nul, hint}},
		"NUL in an argument": {item.Spec{}, []string{":::", "a", "\x00"}, "", 1, []string{"source 1, value 2: ", nul}},
		"long":               {lines(), nil, "a\n" + long + "\n", 1, []string{"line 2: is longer than 131071 bytes"}},
		"long, at the end":   {lines(), nil, long, 0, []string{"line 1: is longer than 131071 bytes"}},
		"long, with columns": {item.Spec{Colsep: comma}, nil, strings.Repeat("x,", 64<<10), 0,
			[]string{"standard input, value 1: is longer than 131071 bytes"}},
		"long, of NUL": {lines(), nil, strings.Repeat("name\x00", 64<<10), 0, []string{"line 1: is longer", hint}},

		"header missing": {item.Spec{Header: true}, nil, "", 0,
			[]string{"standard input, value 1: the header is missing"}},
		"header, no names": {item.Spec{Header: true}, words(":::"), "", 0,
			[]string{"source 1, value 1: the header is missing"}},
		"header, empty": {item.Spec{Delim: '\n', Header: true}, nil, "a\t\nx\ty\n", 0,
			[]string{"standard input, line 1: column 2 of the header has no name"}},
		"header, twice": {item.Spec{Header: true}, words("::: a 1 ::: a 2"), "", 0,
			[]string{`source 2, value 1: the name "a" occurs twice in the headers`}},
		"header, NUL": {item.Spec{Delim: '\n', Header: true}, nil, "a\x00\n", 0,
			[]string{"standard input, line 1: ", nul}},
		"too few columns": {item.Spec{Delim: '\n', Header: true}, nil, "a\tb\n1\t2\n3\n", 1,
			[]string{"line 3: ", "is 1, but 2 in the header"}},
		"too many columns": {item.Spec{Header: true, Colsep: comma}, words("::: a 1,2"), "", 0,
			[]string{"source 1, value 2: ", "is 2, but 1 in the header"}},

		"no such file": {lines(), []string{"::::", list, list + "x"}, "", 0, []string{"items: open \"", `list\nx": `}},
		"folder": {lines(), []string{"::::", t.TempDir()}, "", 0,
			[]string{"items: open \"", `": is a directory`}},
		"no name": {lines(), []string{"::::", ""}, "", 0, []string{`items: open "": `}},
		"twice":   {lines(), words(":::: - -"), "", 0, []string{"items: standard input can be only one source"}},
	} {
		t.Run(name, func(t *testing.T) {
			var err error
			if _, row.spec.Sources, err = item.Cut(row.words); err != nil {
				t.Fatal(err)
			}
			items, err := all(row.spec, strings.NewReader(row.stdin))
			wantError(t, err, row.want...)
			if len(items) != row.items {
				t.Errorf("%d items before the error, want %d: %.100q", len(items), row.items, items)
			}
		})
	}
}

// TestOpenKinds checks that callers can tell the errors of Open apart.
func TestOpenKinds(t *testing.T) {
	dir := t.TempDir()
	for file, want := range map[string]error{dir + "/none": fs.ErrNotExist, dir: syscall.EISDIR} {
		_, err := item.Open(item.Spec{Sources: []item.Source{{File: file}}}, nil)
		if !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
}

// TestOpenBeforeReading checks that a missing file is found before a header is read, or standard input.
func TestOpenBeforeReading(t *testing.T) {
	sources := []item.Source{{File: "-"}, {File: t.TempDir() + "/none"}}
	_, err := item.Open(item.Spec{Sources: sources, Header: true}, iotest.ErrReader(errors.New("has been read")))
	wantError(t, err, "items: open")
}

func TestNames(t *testing.T) {
	for name, row := range map[string]struct {
		header bool
		words  []string
		stdin  string
		want   []string
	}{
		"none":            {false, nil, "a\tb\n", nil},
		"columns":         {true, nil, "a\tb c\n", []string{"a", "b c"}},
		"carriage return": {true, nil, "a\tb\r\n", []string{"a", "b"}},
		"two sources":     {true, words("::: a 1 2 :::: -"), "b\tc\n", []string{"a", "b", "c"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := open(t, item.Spec{Delim: '\n', Header: row.header}, row.words, strings.NewReader(row.stdin))
			if got := r.Names(); !reflect.DeepEqual(got, row.want) {
				t.Errorf("names %q, want %q", got, row.want)
			}
		})
	}
}

// TestLongest checks that the longest value is the longest argument of a Linux program.
func TestLongest(t *testing.T) {
	value := strings.Repeat("x", 128<<10-1)
	for _, end := range []string{"", "\n"} {
		items, err := all(lines(), strings.NewReader(value+end))
		if err != nil {
			t.Fatal(err)
		}
		wantItems(t, "longest", items, []item.Item{{value}})
	}
	if runtime.GOOS != "linux" || os.Getpagesize() != 4096 {
		t.Skip("platform: another limit for one argument")
	}
	if err := exec.Command("true", value).Run(); err != nil {
		t.Errorf("longest argument: %v", err)
	}
	if err := exec.Command("true", value+"x").Run(); !errors.Is(err, syscall.E2BIG) {
		t.Errorf("an argument that is one byte longer: %v, want E2BIG", err)
	}
}

// TestEmptyColsep checks that an empty value is a column, also for the empty pattern.
func TestEmptyColsep(t *testing.T) {
	items, err := all(item.Spec{Delim: '\n', Colsep: regexp.MustCompile("")}, strings.NewReader("\nab\n"))
	if err != nil {
		t.Fatal(err)
	}
	wantItems(t, "empty pattern", items, []item.Item{{""}, {"a", "b"}})
}

// TestSameError checks that an error, and the end, come again at each call.
func TestSameError(t *testing.T) {
	broken := errors.New("walk: broken")
	for _, want := range []error{broken, io.EOF} {
		calls := 0
		next := func() (string, error) {
			if calls++; calls == 2 {
				return "", want
			}
			return "a", nil
		}
		r, err := item.Open(item.Spec{Sources: []item.Source{{Next: next}}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if first, err := r.Next(); err != nil || !reflect.DeepEqual(first, item.Item{"a"}) {
			t.Errorf("%q, %v", first, err)
		}
		for range 2 {
			if next, err := r.Next(); err != want || next != nil {
				t.Errorf("%q, %v, want %v", next, err, want)
			}
		}
	}
}

// TestReadFails checks that half a value is no item.
func TestReadFails(t *testing.T) {
	r, w := io.Pipe()
	go func() {
		io.WriteString(w, "a\nhalf")
		w.CloseWithError(syscall.EIO)
	}()
	items, err := all(lines(), r)
	wantItems(t, "before the error", items, []item.Item{{"a"}})
	wantError(t, err, "standard input, line 2: read: ", syscall.EIO.Error())
}

// TestClose checks that Close closes the files, but not standard input.
func TestClose(t *testing.T) {
	stdin, err := os.Open(write(t, "stdin", "a\n"))
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	list := write(t, "list", "1\n2\n")
	r, err := item.Open(item.Spec{Delim: '\n', Sources: []item.Source{{File: list}, {File: "-"}}}, stdin)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	_, err = r.Next()
	wantError(t, err, `list", line 1: read: `, "closed")
	if _, err := stdin.Read(make([]byte, 1)); err != nil {
		t.Error("standard input: ", err)
	}
}
