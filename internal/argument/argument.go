// Package argument is the form of a child's named arguments: a table with a row for each, which says how the
// argument is written on the command line and how it is read.
//
//	rows := []argument.Row{
//		argument.Text("source", &c.Source),             // --source=DIR
//		argument.Number("slot", &c.Slot),               // --slot=3
//		argument.Flag("durable", &c.Durable),           // --durable=true
//		argument.Parsed("hash", &c.Hash, digest.Parse), // --hash=xxh128
//	}
//
// Parent and child make the same table, so each argument has one spelling. A zero value is left out, and is
// what the child has without the argument. Text passes unchanged, also bytes that are no UTF-8.
package argument

import (
	"fmt"
	"strconv"
	"strings"
	"unsafe"
)

// Row is one named argument.
type Row struct {
	Key   string
	Value string             // as written; "" leaves the argument out
	Read  func(string) error // its error names the argument and the value
}

// String is the argument as it stands on the command line.
func (r Row) String() string { return "--" + r.Key + "=" + r.Value }

// Unless leaves the argument out when it has that value.
func (r Row) Unless(value string) Row {
	if r.Value == value {
		r.Value = ""
	}
	return r
}

// Cut takes --key=value apart. Anything else, and an empty key, is not ok.
func Cut(arg string) (key, value string, ok bool) {
	rest, dashes := strings.CutPrefix(arg, "--")
	key, value, ok = strings.Cut(rest, "=")
	return key, value, ok && dashes && key != ""
}

// Text passes any bytes.
func Text(key string, to *string) Row {
	return Row{key, *to, func(value string) error { *to = value; return nil }}
}

// Flag is written as true. It reads nothing else.
func Flag(key string, to *bool) Row {
	return Row{key, strconv.FormatBool(*to), func(value string) error {
		if value != "true" {
			return fmt.Errorf("%s %q: want true", key, value)
		}
		*to = true
		return nil
	}}.Unless("false")
}

type number interface{ int | int64 | uintptr }

// Number is 0 or more.
func Number[N number](key string, to *N) Row {
	return Row{key, strconv.FormatInt(int64(*to), 10), func(value string) (err error) {
		*to, err = parseNumber[N](key, value)
		return err
	}}.Unless("0")
}

// Numbers is a list with commas.
func Numbers[N number](key string, to *[]N) Row {
	words := make([]string, len(*to))
	for i, n := range *to {
		words[i] = strconv.FormatInt(int64(n), 10)
	}
	return Row{key, strings.Join(words, ","), func(value string) error {
		for word := range strings.SplitSeq(value, ",") {
			n, err := parseNumber[N](key, word)
			if err != nil {
				return err
			}
			*to = append(*to, n)
		}
		return nil
	}}
}

func parseNumber[N number](key, value string) (n N, err error) {
	wide, err := strconv.ParseUint(value, 10, 8*int(unsafe.Sizeof(n))-1)
	if err != nil {
		return 0, fmt.Errorf("%s %q: want a number", key, value)
	}
	return N(wide), nil
}

// Parsed is written as fmt prints it, and read by parse. The error of parse names the argument and the value.
func Parsed[T comparable](key string, to *T, parse func(string) (T, error)) Row {
	row := Row{Key: key, Read: func(value string) (err error) {
		*to, err = parse(value)
		return err
	}}
	if *to != *new(T) {
		row.Value = fmt.Sprint(*to)
	}
	return row
}
