package item_test

import (
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	"brood/internal/item"
)

// TestCount compares the count with the items that are read, for all small specs.
func TestCount(t *testing.T) {
	for _, link := range []bool{false, true} {
		for _, header := range []bool{false, true} {
			for first := range 4 {
				for second := range 4 {
					for third := range 4 {
						for linked := range 8 {
							spec := item.Spec{Link: link, Header: header}
							for i, n := range []int{first, second, third} {
								spec.Sources = append(spec.Sources, item.Source{Args: values(i, n), Linked: linked>>i&1 == 1})
							}
							checkCount(t, spec)
						}
					}
				}
			}
		}
	}
}

// values returns n different values of a source.
func values(source, n int) []string {
	all := []string{}
	for i := range n {
		all = append(all, fmt.Sprint("value", source, i))
	}
	return all
}

// checkCount checks the count with the first source as it is, and as a function.
func checkCount(t *testing.T, spec item.Spec) {
	t.Helper()
	items, err := all(spec, nil)
	if err != nil {
		return // a header is missing
	}
	if got, known := spec.Count(-1); got != len(items) || !known {
		t.Errorf("%+v: count %d, known %v, want %d", spec, got, known, len(items))
	}
	first := &spec.Sources[0]
	n := len(first.Args)
	first.Args, first.Next = nil, func() (string, error) { return "", io.EOF }
	if got, known := spec.Count(n); got != len(items) || !known {
		t.Errorf("%+v with %d values: count %d, known %v, want %d", spec, n, got, known, len(items))
	}
	if got, known := spec.Count(-1); known {
		t.Errorf("%+v: count %d is known without the number of values", spec, got)
	}
}

func TestCountUnknown(t *testing.T) {
	many := item.Source{Args: strings.Split(strings.Repeat(",", math.MaxUint16), ",")}
	for name, spec := range map[string]item.Spec{
		"standard input": {},
		"a file":         {Sources: []item.Source{{Args: values(0, 2)}, {File: "list"}}},
		"too many":       {Sources: []item.Source{many, many, many, many}},
	} {
		if got, known := spec.Count(3); known {
			t.Errorf("%s: count %d is known", name, got)
		}
	}
}
