package item_test

import (
	"io"
	"os"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
	"unsafe"
	"weak"

	"brood/internal/item"
	"brood/internal/testenv"
)

// TestSlowPipe checks that each item comes before the next one is written. Otherwise the deadline ends the test.
func TestSlowPipe(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("platform: no deadline for pipes")
	}
	for name, row := range map[string]struct {
		words []string
		want  func(value string) item.Item
	}{
		"alone":  {nil, func(value string) item.Item { return item.Item{value} }},
		"first":  {words(":::: - ::: 1"), func(value string) item.Item { return item.Item{value, "1"} }},
		"last":   {words("::: 1 2 :::: -"), func(value string) item.Item { return item.Item{"1", value} }},
		"linked": {words("::: 1 1 1 ::::+ -"), func(value string) item.Item { return item.Item{"1", value} }},
	} {
		t.Run(name, func(t *testing.T) {
			pipe, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer pipe.Close()
			defer w.Close()
			if err := pipe.SetReadDeadline(time.Now().Add(testenv.Patience)); err != nil {
				t.Fatal(err)
			}
			r := open(t, item.Spec{Delim: '\n'}, row.words, pipe)
			for _, value := range []string{"a", "", "long name"} {
				if _, err := io.WriteString(w, value+"\n"); err != nil {
					t.Fatal(err)
				}
				if got, err := r.Next(); err != nil || !reflect.DeepEqual(got, row.want(value)) {
					t.Fatalf("item %q, %v, want %q", got, err, row.want(value))
				}
			}
		})
	}
}

// terminal is typed input. An empty string is the end of file, and more may follow.
type terminal []string

func (t *terminal) Read(p []byte) (int, error) {
	typed := (*t)[0]
	*t = (*t)[1:]
	if typed == "" {
		return 0, io.EOF
	}
	return copy(p, typed), nil
}

// TestEndOfTerminal checks that the first end of file ends the values, since more could be typed after it.
func TestEndOfTerminal(t *testing.T) {
	items, err := all(item.Spec{Delim: '\n'}, &terminal{"a\n", "b", "", "c\n", ""})
	if err != nil {
		t.Fatal(err)
	}
	wantItems(t, "before the end", items, []item.Item{{"a"}, {"b"}})
}

// endless has no end. It counts the bytes that have been read.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	e.read += len(p)
	return copy(p, strings.Repeat("x", len(p))), nil
}

// TestEndlessValue checks that a value without an end takes little memory.
func TestEndlessValue(t *testing.T) {
	var stdin endless
	_, err := all(item.Spec{Delim: '\n'}, &stdin)
	wantError(t, err, "standard input, line 1: is longer than 131071 bytes")
	if stdin.read > 1<<20 {
		t.Errorf("%d bytes have been read, want about 128 KiB", stdin.read)
	}
	if runtime.GOOS != "windows" {
		_, err := all(item.Spec{Delim: '\n', Sources: []item.Source{{File: "/dev/zero"}}}, nil)
		wantError(t, err, `"/dev/zero", line 1: is longer than 131071 bytes`, "NUL (-0)")
	}
}

// TestForgets checks that values do not stay in memory if no later item needs them.
func TestForgets(t *testing.T) {
	const many = 1000
	for name, row := range map[string]struct {
		link bool
		rest []item.Source
	}{
		"alone":       {},
		"alone, link": {link: true},
		"first":       {rest: []item.Source{{Args: words("1 2")}}},
		"linked":      {rest: []item.Source{{Args: strings.Split(strings.Repeat("1", many), ""), Linked: true}}},
		"longest":     {link: true, rest: []item.Source{{Args: words("1 2")}}},
	} {
		t.Run(name, func(t *testing.T) {
			var values []weak.Pointer[byte]
			next := func() (string, error) {
				value := strings.Repeat("x", 100) + strconv.Itoa(len(values))
				values = append(values, weak.Make(unsafe.StringData(value)))
				return value, nil
			}
			sources := append([]item.Source{{Next: next}}, row.rest...)
			r, err := item.Open(item.Spec{Sources: sources, Link: row.link}, nil)
			if err != nil {
				t.Fatal(err)
			}
			for len(values) < many {
				if _, err := r.Next(); err != nil {
					t.Fatal(err)
				}
			}
			runtime.GC()
			alive := 0
			for _, value := range values {
				if value.Value() != nil {
					alive++
				}
			}
			if alive > 10 {
				t.Errorf("%d of %d values are in memory", alive, many)
			}
			runtime.KeepAlive(r)
		})
	}
}
