package item_test

import (
	"io"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"brood/internal/item"
)

// FuzzValues compares the items of any input with those of strings.Split, no matter how the input arrives.
func FuzzValues(f *testing.F) {
	for _, input := range []string{"", "\n", "a\nb", "a,b\n,\n\n", "a\x00b\n", "\xff\n\r\n", "a\x00,\x00\n"} {
		f.Add(input, byte('\n'), "")
		f.Add(input, byte('\n'), ",")
		f.Add(input, byte(0), "\n")
	}
	f.Fuzz(func(t *testing.T, input string, delim byte, separator string) {
		if !utf8.ValidString(separator) || strings.ContainsRune(separator, utf8.RuneError) {
			return // as a pattern it is invalid, or may match any invalid byte
		}
		spec := item.Spec{Delim: delim}
		if separator != "" {
			spec.Colsep = regexp.MustCompile(regexp.QuoteMeta(separator))
		}
		want, ok := split(input, string([]byte{delim}), separator)
		for name, stdin := range map[string]io.Reader{
			"at once":           strings.NewReader(input),
			"byte by byte":      iotest.OneByteReader(strings.NewReader(input)),
			"data with its end": iotest.DataErrReader(strings.NewReader(input)),
		} {
			got, err := all(spec, stdin)
			if ok != (err == nil) {
				t.Errorf("%s: error %v, want none: %v", name, err, ok)
			}
			wantItems(t, name, got, want)
		}
	})
}

// split returns the items of an input. They are not ok if the next value cannot be an argument.
func split(input, delim, separator string) (items []item.Item, ok bool) {
	if input == "" {
		return nil, true
	}
	for value := range strings.SplitSeq(strings.TrimSuffix(input, delim), delim) {
		columns := item.Item{value}
		if separator != "" {
			columns = strings.Split(value, separator)
		}
		if len(value) > 128<<10-1 || strings.Contains(strings.Join(columns, ""), "\x00") {
			return items, false
		}
		items = append(items, columns)
	}
	return items, true
}
