package argument_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"brood/internal/argument"
)

// values has one field for each kind of row.
type values struct {
	text    string
	flag    bool
	number  int
	wide    int64
	numbers []uintptr
	parsed  time.Duration
}

func (v *values) rows() []argument.Row {
	return []argument.Row{
		argument.Text("text", &v.text).Unless("usual"),
		argument.Flag("flag", &v.flag),
		argument.Number("number", &v.number),
		argument.Number("wide", &v.wide),
		argument.Numbers("numbers", &v.numbers),
		argument.Parsed("parsed", &v.parsed, time.ParseDuration),
	}
}

// TestRoundTrip: the child has what the parent has written.
func TestRoundTrip(t *testing.T) {
	for name, row := range map[string]struct {
		values
		want []string
	}{
		"zero":    {values{}, nil},
		"default": {values{text: "usual"}, nil},
		"all": {values{"a=b\n\xff", true, 7, 1 << 40, []uintptr{3, 0, 5}, 90 * time.Second},
			[]string{"--text=a=b\n\xff", "--flag=true", "--number=7", "--wide=1099511627776", "--numbers=3,0,5",
				"--parsed=1m30s"}},
	} {
		t.Run(name, func(t *testing.T) {
			var written []string
			var got values
			rows := got.rows()
			for i, r := range row.rows() {
				if r.Value == "" {
					continue
				}
				written = append(written, r.String())
				key, value, ok := argument.Cut(r.String())
				if !ok || key != rows[i].Key {
					t.Errorf("%q has the key %q", r, key)
				}
				if err := rows[i].Read(value); err != nil {
					t.Error(err)
				}
			}
			if row.text == "usual" {
				got.text = row.text
			}
			if !slices.Equal(written, row.want) || !reflect.DeepEqual(got, row.values) {
				t.Errorf("%q is read as %+v; want %q and %+v", written, got, row.want, row.values)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	for arg, want := range map[string]string{
		"--flag=yes":                  `flag "yes": want true`,
		"--flag=":                     `flag "": want true`,
		"--number=-1":                 `number "-1": want a number`,
		"--number=x":                  `number "x": want a number`,
		"--wide=9223372036854775808":  `wide "9223372036854775808": want a number`,
		"--numbers=1,":                `numbers "": want a number`,
		"--parsed=1":                  `time: missing unit in duration "1"`,
		"--numbers=1,\x1b[2J":         `numbers "\x1b[2J": want a number`,
		"--wide=9223372036854775807x": `wide "9223372036854775807x": want a number`,
	} {
		key, value, _ := argument.Cut(arg)
		rows := new(values).rows()
		i := slices.IndexFunc(rows, func(r argument.Row) bool { return r.Key == key })
		if err := rows[i].Read(value); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", arg, err, want)
		}
	}
}

func TestCut(t *testing.T) {
	for arg, want := range map[string]bool{"--a=1": true, "--a=": true, "---a==": true, "--a": false, "a=1": false,
		"--=1": false, "--": false, "": false} {
		if key, value, ok := argument.Cut(arg); ok != want {
			t.Errorf("%q: %q, %q, %t", arg, key, value, ok)
		}
	}
}
