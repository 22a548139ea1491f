package machine

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"testing"
)

func TestReadFile(t *testing.T) {
	file := t.TempDir() + "/file"
	for _, size := range []int{0, 1, 4<<10 - 1, 4 << 10, 4<<10 + 1, 100_000} {
		want := bytes.Repeat([]byte("x"), size)
		if err := os.WriteFile(file, want, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := ReadFile(file); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes, %v; want %d", len(got), err, size)
		}
	}
	if _, err := ReadFile(file + ".gone"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is missing: %v", err)
	}
	if _, err := ReadFile(t.TempDir()); err == nil {
		t.Error("a folder: no error")
	}
}

func TestInt(t *testing.T) {
	file := t.TempDir() + "/file"
	for text, want := range map[string]int{"4194304\n": 4194304, "7": 7, "max\n": -1, "": -1} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		n, ok := Int(file)
		if !ok {
			n = -1
		}
		if n != want {
			t.Errorf("%q: %d, want %d", text, n, want)
		}
	}
	if n, ok := Int(file + ".gone"); ok {
		t.Errorf("a file that is missing: %d", n)
	}
}
