package block_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"

	"brood/internal/block"
	"brood/internal/testenv"
)

func TestMain(m *testing.M) { os.Exit(testenv.New(m).Run()) }

// all reads the blocks until the first error. It returns the error unless that is io.EOF.
func all(t testing.TB, spec block.Spec, stdin io.Reader) (blocks []string, err error) {
	t.Helper()
	if spec.Dir == "" {
		spec.Dir = t.TempDir()
	}
	r, err := block.Open(spec, stdin)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	for {
		f, err := r.Next()
		if err == io.EOF {
			return blocks, nil
		}
		if err != nil {
			return blocks, err
		}
		text, err := io.ReadAll(io.NewSectionReader(f, 0, 1<<40))
		if err = errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
		blocks = append(blocks, string(text))
	}
}

// row is a stream, and how it is cut.
type row struct {
	name    string
	input   string
	delim   byte // 0 for lines
	nul     bool
	size    int64
	records int
	want    []string

	differs []string // the blocks of GNU parallel, if they are others
}

func (r row) spec() block.Spec {
	spec := block.Spec{Delim: '\n', Size: r.size, Records: r.records}
	if r.delim != 0 || r.nul {
		spec.Delim = r.delim
	}
	return spec
}

func rows() []row {
	return []row{
		{name: "lines", input: "a\nb\nc\nd\n", size: 4, want: []string{"a\nb\n", "c\nd\n"}},
		{name: "lines that do not fill a block", input: "a\nb\nc\nd\n", size: 5, want: []string{"a\nb\n", "c\nd\n"}},
		{name: "one block", input: "a\nb", size: 100, want: []string{"a\nb"}},
		{name: "nothing", size: 100},
		{name: "nothing, by records", records: 2},
		{name: "no final newline", input: "aa\nbb\ncc", size: 6, want: []string{"aa\nbb\n", "cc"}},
		{name: "the end fits", input: "aa\nb", size: 4, want: []string{"aa\nb"},
			differs: []string{"aa\n", "b"}}, // parallel does not look for more before it cuts
		{name: "empty lines", input: "\n\n\n\n\n", size: 2, want: []string{"\n\n", "\n\n", "\n"}},
		{name: "a long line", input: "a\nlong line\nb\nc\n", size: 4, want: []string{"a\n", "long line\n", "b\nc\n"}},
		{name: "long lines only", input: "long 1\nlong 2\nlong 3", size: 1,
			want: []string{"long 1\n", "long 2\n", "long 3"}},
		{name: "carriage returns and other bytes", input: "a\r\n\xff\x00\n", size: 3, want: []string{"a\r\n", "\xff\x00\n"}},
		{name: "NUL", input: "a\nb\x00c\x00d", nul: true, size: 4, want: []string{"a\nb\x00", "c\x00d"}},
		{name: "a delimiter", input: "a,b\n,c", delim: ',', size: 3, want: []string{"a,", "b\n,", "c"}},

		{name: "numbers of lines", input: "a\nlong line\n\nd\ne\n", records: 2,
			want:    []string{"a\nlong line\n", "\nd\n", "e\n"},
			differs: []string{"a\nlong line\n", "\nd\ne\n"}}, // parallel does not count the empty line
		{name: "single lines", input: "a\n\nb", records: 1, want: []string{"a\n", "\n", "b"},
			differs: []string{"a\n", "\nb"}},
		{name: "fewer lines", input: "a\nb", records: 5, want: []string{"a\nb"}},
		{name: "numbers by NUL", input: "a\x00b\x00c", nul: true, records: 2, want: []string{"a\x00b\x00", "c"}},
	}
}

// However the bytes arrive, the blocks are the same, and nothing is left in the folder.
func TestBlocks(t *testing.T) {
	for _, r := range rows() {
		t.Run(r.name, func(t *testing.T) {
			for how, stdin := range ways(r.input) {
				spec := r.spec()
				spec.Dir = t.TempDir()
				got, err := all(t, spec, stdin)
				if err != nil || !slices.Equal(got, r.want) {
					t.Errorf("%s: blocks %q, %v, want %q", how, got, err, r.want)
				}
				if left, err := os.ReadDir(spec.Dir); err != nil || len(left) > 0 {
					t.Errorf("%s: the folder has %v, %v", how, left, err)
				}
			}
		})
	}
}

// ways returns readers that deliver the input in different pieces.
func ways(input string) map[string]io.Reader {
	return map[string]io.Reader{
		"at once":           strings.NewReader(input),
		"byte by byte":      iotest.OneByteReader(strings.NewReader(input)),
		"data with its end": iotest.DataErrReader(strings.NewReader(input)),
	}
}

// FuzzBlocks compares the blocks of any input with those that a plain rule makes of its records.
func FuzzBlocks(f *testing.F) {
	for _, r := range rows() {
		f.Add(r.input, r.spec().Delim, uint16(r.size), uint8(r.records))
	}
	f.Add(strings.Repeat("line\n", 30_000), byte('\n'), uint16(50_000), uint8(0)) // more than one piece
	f.Add(strings.Repeat("x", 140_000)+"\n"+strings.Repeat("line\n", 9_000), byte('\n'), uint16(60_000), uint8(0))
	f.Fuzz(func(t *testing.T, input string, delim byte, size uint16, records uint8) {
		spec := block.Spec{Delim: delim, Size: int64(size), Records: int(records)}
		if records == 0 && size == 0 {
			return
		}
		want := byRule(input, spec)
		for how, stdin := range ways(input) {
			got, err := all(t, spec, stdin)
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%s: %d blocks, %v, want %d: %.200q, want %.200q", how, len(got), err, len(want), got, want)
			}
		}
	})
}

// byRule adds each record to the last block if it fits.
func byRule(input string, spec block.Spec) (blocks []string) {
	in := 0 // records in the last block
	for record := range strings.SplitAfterSeq(input, string([]byte{spec.Delim})) {
		last := len(blocks) - 1
		fits := last >= 0 && int64(len(blocks[last])+len(record)) <= spec.Size
		if spec.Records > 0 {
			fits = in > 0 && in < spec.Records
		}
		switch {
		case record == "":
		case fits:
			blocks[last] += record
			in++
		default:
			blocks = append(blocks, record)
			in = 1
		}
	}
	return blocks
}

// After an error of reading, the whole records before it are a block, and the error follows.
func TestReadError(t *testing.T) {
	broken := errors.New("broken")
	for input, want := range map[string][]string{
		"":               nil,
		"part":           nil,
		"a\nb\npart":     {"a\nb\n"},
		"a\nb\nc\npart":  {"a\nb\n", "c\n"},
		"a\nb\nc\nd\n":   {"a\nb\n", "c\nd\n"},
		"a\nlong line x": {"a\n"},
	} {
		for _, spec := range []block.Spec{{Delim: '\n', Size: 4}, {Delim: '\n', Records: 2}} {
			got, err := all(t, spec, io.MultiReader(strings.NewReader(input), iotest.ErrReader(broken)))
			if !slices.Equal(got, want) || !errors.Is(err, broken) || err.Error() != "standard input: read: broken" {
				t.Errorf("%q, %+v: blocks %q, %v, want %q", input, spec, got, err, want)
			}
		}
	}
}

// A block is complete as soon as its records have arrived.
func TestSlowWriter(t *testing.T) {
	pipe, w := io.Pipe()
	r, err := block.Open(block.Spec{Delim: '\n', Records: 2, Dir: t.TempDir()}, pipe)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		go io.WriteString(w, "1\n2\n") // a reader that wants more waits for ever
		f, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
}

// endless has no end and no delimiter. It counts the bytes that have been read.
type endless struct{ read, most int }

func (e *endless) Read(p []byte) (int, error) {
	if e.read += len(p); e.read > e.most {
		return 0, io.ErrClosedPipe
	}
	return copy(p, strings.Repeat("x", len(p))), nil
}

// A record that is longer than a block does not stay in memory.
func TestEndlessRecord(t *testing.T) {
	stdin := endless{most: 8 << 20}
	allocated := testing.AllocsPerRun(1, func() {
		stdin.read = 0
		if got, err := all(t, block.Spec{Delim: '\n', Size: 1000}, &stdin); len(got) > 0 || err == nil {
			t.Errorf("%d blocks, %v", len(got), err)
		}
	})
	if allocated > 1000 { // of 128 pieces
		t.Errorf("%v allocations", allocated)
	}
}

// What cannot be opened is an error at once.
func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	for file, want := range map[string]string{
		dir:           fmt.Sprintf("open %q: %v", dir, syscall.EISDIR),
		dir + "/none": fmt.Sprintf("open %q: %v", dir+"/none", syscall.ENOENT),
	} {
		if _, err := block.Open(block.Spec{File: file, Delim: '\n', Size: 1}, nil); err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	if _, err := all(t, block.Spec{Delim: '\n', Size: 1, Dir: dir + "/none"}, strings.NewReader("a")); err == nil ||
		!strings.HasPrefix(err.Error(), "block 1: create a file in ") {
		t.Errorf("error %v", err)
	}
}
