package item_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"brood/internal/item"
	"brood/internal/testenv"
)

// row is a command line with its items.
type row struct {
	name   string
	delim  string // "" for lines
	colsep string
	header bool
	link   bool
	words  []string // after the command
	stdin  string
	want   []item.Item
	// differs holds the items of GNU parallel if they are others.
	differs []item.Item
}

// spec is the row as brood reads it.
func (r row) spec(t *testing.T) item.Spec {
	command, sources, err := item.Cut(append([]string{"command"}, r.words...))
	if err != nil || len(command) != 1 {
		t.Fatal(command, err)
	}
	spec := item.Spec{Sources: sources, Delim: '\n', Header: r.header, Link: r.link}
	if r.delim != "" {
		spec.Delim = r.delim[0]
	}
	if r.colsep != "" {
		spec.Colsep = regexp.MustCompile(r.colsep)
	}
	return spec
}

// parallel returns the items that GNU parallel gives its commands.
func (r row) parallel(t *testing.T) (items []item.Item) {
	script := write(t, "show", `for value; do printf '%s\001' "$value"; done; printf '\002'`)
	args := []string{"--will-cite", "--keep-order", "--jobs=1"}
	switch r.delim {
	case "":
	case "\x00":
		args = append(args, "-0")
	default:
		args = append(args, "-d", r.delim)
	}
	if r.colsep != "" {
		args = append(args, "--colsep", r.colsep)
	}
	if r.header {
		args = append(args, "--header", ":")
	}
	if r.link {
		args = append(args, "--link")
	}
	cmd := exec.Command("parallel", append(append(args, "sh", script), r.words...)...)
	home := t.TempDir()
	cmd.Env = append(os.Environ(), "HOME="+home, "PARALLEL_HOME="+home, "PARALLEL=", "PARALLEL_SHELL=/bin/sh")
	cmd.Stdin = strings.NewReader(r.stdin)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%q: %v", cmd.Args, err)
	}
	for text := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x02"), "\x02") {
		if len(out) > 0 {
			items = append(items, strings.Split(strings.TrimSuffix(text, "\x01"), "\x01"))
		}
	}
	return items
}

// rows returns the command lines that brood and GNU parallel are compared by.
func rows(t *testing.T) []row {
	three := write(t, "three", "1\n2\n3")
	two := write(t, "two", "x\ny\n")
	return []row{
		{name: "lines", stdin: "a\nb c\n", want: []item.Item{{"a"}, {"b c"}}},
		{name: "no input"},
		{name: "no final newline", stdin: "a\nb", want: []item.Item{{"a"}, {"b"}}},
		{name: "empty lines", stdin: "\na\n\n", want: []item.Item{{""}, {"a"}, {""}}},
		{name: "white space", stdin: " a \n\t\n", want: []item.Item{{" a "}, {"\t"}}},
		{name: "carriage return", stdin: "a\r\nb\r\n", want: []item.Item{{"a\r"}, {"b\r"}}},
		{name: "other bytes", stdin: "\xff\xfe\n'\"\\$x`*\n\x7f\x1b[m\n-x\n",
			want: []item.Item{{"\xff\xfe"}, {"'\"\\$x`*"}, {"\x7f\x1b[m"}, {"-x"}}},
		{name: "NUL delimiter", delim: "\x00", stdin: "a\nb\x00\x00c", want: []item.Item{{"a\nb"}, {""}, {"c"}}},
		{name: "other delimiter", delim: ",", stdin: "a,b\n,", want: []item.Item{{"a"}, {"b\n"}}},

		{name: "arguments", words: words("::: a b"), stdin: "unread", want: []item.Item{{"a"}, {"b"}}},
		{name: "argument of two lines", words: []string{":::", "a\nb"}, want: []item.Item{{"a\nb"}},
			differs: []item.Item{{"a"}, {"b"}}}, // parallel writes arguments to a file of lines
		{name: "no arguments", words: words(":::")},
		{name: "combinations", words: words("::: a b ::: 1 2 3 ::: x y"), want: product("ab", "123", "xy")},
		{name: "first is empty", words: words("::: ::: a b"), differs: []item.Item{{"", "a"}, {"", "b"}}},
		{name: "last is empty", words: words("::: a b :::"), differs: []item.Item{{"a", ""}, {"b", ""}}},
		{name: "files", words: words(":::: " + two + " " + three), want: product("xy", "123")},
		{name: "standard input first", words: words(":::: - ::: 1 2"), stdin: "a\nb\n", want: product("ab", "12")},
		{name: "standard input last", words: words("::: 1 2 :::: -"), stdin: "a\nb\n", want: product("12", "ab")},

		{name: "linked", words: words("::: a b :::+ 1 2"), want: []item.Item{{"a", "1"}, {"b", "2"}}},
		{name: "linked is shorter", words: words("::: a b c :::+ 1"), want: []item.Item{{"a", "1"}}},
		{name: "linked is longer", words: words("::: a :::+ 1 2 3"), want: []item.Item{{"a", "1"}}},
		{name: "linked is empty", words: words("::: a :::+"), differs: []item.Item{{"a", ""}}},
		{name: "linked files", words: words(":::: " + two + " ::::+ " + three + " " + two),
			want: []item.Item{{"x", "1", "x"}, {"y", "2", "y"}}},
		{name: "linked and combined", words: words("::: A B ::: a b c :::+ 1 2 ::: x y :::+ 5 6 7"), want: []item.Item{
			words("A a 1 x 5"), words("A a 1 y 6"), words("A b 2 x 5"), words("A b 2 y 6"),
			words("B a 1 x 5"), words("B a 1 y 6"), words("B b 2 x 5"), words("B b 2 y 6")}},
		{name: "first is linked", words: words(":::+ a b ::: 1"), want: product("ab", "1")},

		{name: "--link", link: true, words: words("::: 1 2 3 4 5 ::: a b :::: " + three), want: []item.Item{
			{"1", "a", "1"}, {"2", "b", "2"}, {"3", "a", "3"}, {"4", "b", "1"}, {"5", "a", "2"}}},
		{name: "--link, last is longest", link: true, words: words("::: 1 ::: a b :::+ x y z"), want: []item.Item{
			{"1", "a", "x"}, {"1", "b", "y"}, {"1", "a", "z"}}},
		{name: "--link, equal", link: true, words: words("::: 1 2 ::: a b"), want: []item.Item{{"1", "a"}, {"2", "b"}}},
		{name: "--link, one", link: true, stdin: "a\nb\n", want: []item.Item{{"a"}, {"b"}}},
		{name: "--link, nothing", link: true},

		{name: "columns", colsep: ",", stdin: "a,b,\n,\n\nx\n",
			want: []item.Item{{"a", "b", ""}, {"", ""}, {""}, {"x"}}},
		{name: "columns with space", colsep: ",", stdin: " a , b\r\n", want: []item.Item{{" a ", " b\r"}},
			differs: []item.Item{{"a", "b"}}}, // --colsep implies --trim rl
		{name: "columns of several", colsep: ",", words: words("::: a,b c ::: 1,2"),
			want: []item.Item{{"a", "b", "1", "2"}, {"c", "1", "2"}}},
		{name: "columns by pattern", colsep: `\s+`, stdin: " a  b\t\n", want: []item.Item{{"", "a", "b", ""}}},
		{name: "columns by NUL", colsep: `\x00`, stdin: "a\x00b\n", want: []item.Item{{"a", "b"}}},
		{name: "captured separator", colsep: "(,)", stdin: "a,b\n", want: []item.Item{{"a", "b"}},
			differs: []item.Item{{"a", ",", "b"}}},
		{name: "empty separator", colsep: " *", stdin: "a bc\n", want: []item.Item{{"a", "b", "c"}},
			differs: []item.Item{{"a", "b", "c", ""}}},

		{name: "header", header: true, stdin: "name\tsize\r\na\t1\nb\t2\n", want: []item.Item{{"a", "1"}, {"b", "2"}}},
		{name: "header, columns", header: true, colsep: ",", stdin: "n,m\na,\n", want: []item.Item{{"a", ""}}},
		{name: "headers", header: true, words: words("::: n a b ::: m 1 2"), want: product("ab", "12")},
		{name: "headers, linked", header: true, words: words("::: n a b :::+ m 1"), want: []item.Item{{"a", "1"}}},
		{name: "headers, --link", header: true, link: true, words: words("::: n a b ::: m 1"),
			want: []item.Item{{"a", "1"}, {"b", "1"}}},
		{name: "header alone", header: true, stdin: "n\n"},
	}
}

// TestItems compares the items of many command lines.
func TestItems(t *testing.T) {
	for _, r := range rows(t) {
		t.Run(r.name, func(t *testing.T) {
			got, err := all(r.spec(t), strings.NewReader(r.stdin))
			if err != nil {
				t.Fatal(err)
			}
			wantItems(t, "brood", got, r.want)
		})
	}
}

// TestParallel checks that GNU parallel has the same items, or the known others.
func TestParallel(t *testing.T) {
	testenv.Long(t)
	if version, err := exec.Command("parallel", "--version").Output(); err != nil {
		t.Skip("needs parallel: ", err)
	} else if !strings.HasPrefix(string(version), "GNU parallel") {
		t.Skip("needs GNU parallel, not another program with its name")
	}
	for _, r := range rows(t) {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			want := r.want
			if r.differs != nil {
				want = r.differs
			}
			wantItems(t, "parallel", r.parallel(t), want)
		})
	}
}

// words splits text at spaces.
func words(text string) []string { return strings.Fields(text) }

// product returns every combination of the letters of the sources.
func product(sources ...string) []item.Item {
	items := []item.Item{nil}
	for _, source := range sources {
		var longer []item.Item
		for _, it := range items {
			for _, letter := range source {
				longer = append(longer, append(it[:len(it):len(it)], string(letter)))
			}
		}
		items = longer
	}
	return items
}
