package view_test

import (
	"bytes"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"brood/internal/digest"
	"brood/internal/event"
)

// hostile are names that a reader of the list may misread. Linux file systems accept all of them.
var hostile = []string{
	"plain", "a/b", "a/-c", "-", "-c", "--help", " first", "last ", "   ", "*star", "#hash", "MD5 (a) = b", "a  b",
	`\first`, `last\`, `a\nb`, `\\`, "new\nline", "\n", "new\\\nline",
	"car\rriage", "last\r", "\r\nboth\r", "inva\xff\xfelid",
	"tab\t", "\x1b[31m", "唱歌", strings.Repeat("long", 63),
}

// tool is a program that checks a list.
type tool struct {
	hash         digest.Hash
	pack         string
	write, check []string
}

// TestChecksumsAreRead has the real tools check files with hostile names. They must find a changed byte in each file.
func TestChecksumsAreRead(t *testing.T) {
	for _, c := range []tool{
		{digest.XXH128, "xxhash", []string{"xxhsum", "-H2"}, []string{"xxhsum", "--strict", "--quiet", "-c"}},
		{digest.XXH64, "xxhash", []string{"xxhsum", "-H1"}, []string{"xxhsum", "--strict", "--quiet", "-c"}},
		{digest.BLAKE3, "b3sum", []string{"b3sum"}, []string{"b3sum", "--quiet", "-c"}},
		{digest.SHA256, "coreutils", []string{"sha256sum"}, []string{"sha256sum", "--strict", "--quiet", "-c"}},
		{digest.MD5, "coreutils", []string{"md5sum"}, []string{"md5sum", "--strict", "--quiet", "-c"}},
	} {
		t.Run(string(c.hash), func(t *testing.T) {
			if _, err := exec.LookPath(c.check[0]); err != nil {
				t.Skipf("needs %s: %v", c.pack, err)
			}
			c.run(t)
		})
	}
}

func (c tool) run(t *testing.T) {
	dir, file := t.TempDir(), filepath.Join(t.TempDir(), "list")
	verify := func(list string) ([]byte, error) {
		must(t, os.WriteFile(file, []byte(list), 0o600))
		check := exec.Command(c.check[0], append(c.check[1:], file)...)
		check.Dir = dir
		return check.CombinedOutput()
	}
	var list strings.Builder
	var read []string
	for _, name := range hostile {
		path := filepath.Join(dir, name)
		must(t, os.MkdirAll(filepath.Dir(path), 0o700))
		must(t, os.WriteFile(path, []byte("contents of "+name), 0o600))
		line := c.line(t, "contents of "+name, name)
		if c.reads(t, path, line) {
			list.WriteString(line)
			read = append(read, path)
		} else if out, err := verify(line); err == nil {
			t.Errorf("%q: status 0, although the tool cannot read the name: %s", name, out)
		}
	}
	if out, err := verify(list.String()); err != nil {
		t.Fatalf("%v\n%s\n%q", err, out, list.String())
	}
	for _, path := range read {
		flip(t, path)
		if out, err := verify(list.String()); err == nil {
			t.Errorf("%q: status 0, although a byte differs: %s", path, out)
		}
		flip(t, path)
	}
}

func flip(t *testing.T, path string) {
	data, err := os.ReadFile(path)
	must(t, err)
	data[0] ^= 1
	must(t, os.WriteFile(path, data, 0o600))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (c tool) line(t *testing.T, contents, name string) string {
	sum := c.hash.New()
	sum.Write([]byte(contents))
	return checksums(t, event.Event{
		Kind: event.Copied, File: name, Hash: string(c.hash), Digest: hex.EncodeToString(sum.Sum(nil)),
	})
}

// reads tells whether this version of the tool can read a name. It can read the escapes that it writes itself.
func (c tool) reads(t *testing.T, path, line string) bool {
	if c.hash == digest.BLAKE3 && !utf8.ValidString(line) {
		return false
	}
	for _, escape := range []string{`\n`, `\r`} {
		if !strings.HasPrefix(line, `\`) || !strings.Contains(line, escape) {
			continue
		}
		out, err := exec.Command(c.write[0], append(c.write[1:], path)...).Output()
		must(t, err)
		if !bytes.HasPrefix(out, []byte(`\`)) || !bytes.Contains(out, []byte(escape)) {
			return false
		}
	}
	return true
}
