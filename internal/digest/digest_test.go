package digest_test

import (
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"brood/internal/digest"
)

var all = []digest.Hash{digest.XXH128, digest.XXH64, digest.BLAKE3, digest.SHA256, digest.MD5}

func TestParse(t *testing.T) {
	for _, h := range all {
		if got, err := digest.Parse(string(h)); got != h || err != nil {
			t.Errorf("%q: %q, %v", h, got, err)
		}
	}
	for _, s := range []string{"x", "", "XXH128"} {
		want := fmt.Sprintf("hash %q: want xxh128, xxh64, blake3, sha256 or md5", s)
		if got, err := digest.Parse(s); got != "" || err == nil || err.Error() != want {
			t.Errorf("%q: %q, %v, want the error %s", s, got, err, want)
		}
	}
}

// vectors holds the digests that xxhsum 0.8.1, b3sum 1.2.0 and coreutils 9.1 print.
var vectors = map[digest.Hash]struct{ empty, abc, mebibyte string }{
	digest.XXH128: {
		"99aa06d3014798d86001c324468d497f",
		"06b05ab6733a618578af5f94892f3950",
		"d9c8388c188701b8c9b8a70a3f30f7b1",
	},
	digest.XXH64: {"ef46db3751d8e999", "44bc2cf5ad770999", "9d385e3eb52113f1"},
	digest.BLAKE3: {
		"af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
		"6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85",
		"b5358909f8bed53f55bf9324e290e9a5a585de8b0239d18040e9d3b0c7e8f9cf",
	},
	digest.SHA256: {
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		"9bc1b2a288b26af7257a36277ae3816a7d4f16e89c1e7e77d0a5c48bad62b360",
	},
	digest.MD5: {
		"d41d8cd98f00b204e9800998ecf8427e",
		"900150983cd24fb0d6963f7d28e17f72",
		"7202826a7791073fe2787f0c94603278",
	},
}

func TestVectors(t *testing.T) {
	for _, h := range all {
		want := vectors[h]
		for _, c := range []struct{ name, data, want string }{
			{"empty", "", want.empty},
			{"abc", "abc", want.abc},
			{"1 MiB", strings.Repeat("a", 1<<20), want.mebibyte},
		} {
			t.Run(string(h)+" "+c.name, func(t *testing.T) {
				sum := h.New()
				sum.Write([]byte(c.data))
				if got := hex.EncodeToString(sum.Sum(nil)); got != c.want {
					t.Errorf("%s, want %s", got, c.want)
				}
				if sum.Size() != len(c.want)/2 {
					t.Errorf("Size: %d", sum.Size())
				}
			})
		}
	}
}

// TestTools compares with the real tools, for files of every length around the libraries'
// block sizes. It hashes each file in pieces, and calls Sum between them now and then.
func TestTools(t *testing.T) {
	contents, files := filesOfAllLengths(t)
	for _, c := range []struct {
		hash    digest.Hash
		command []string
		pack    string
	}{
		{digest.XXH128, []string{"xxhsum", "-H2"}, "xxhash"},
		{digest.XXH64, []string{"xxhsum", "-H1"}, "xxhash"},
		{digest.BLAKE3, []string{"b3sum"}, "b3sum"},
		{digest.SHA256, []string{"sha256sum"}, "coreutils"},
		{digest.MD5, []string{"md5sum"}, "coreutils"},
	} {
		t.Run(string(c.hash), func(t *testing.T) {
			path, err := exec.LookPath(c.command[0])
			if err != nil {
				t.Skipf("needs %s: %v", c.pack, err)
			}
			out, err := exec.Command(path, append(c.command[1:], files...)...).Output()
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
			if len(lines) != len(files) {
				t.Fatalf("%d lines for %d files", len(lines), len(files))
			}
			for i, line := range lines {
				want, _, _ := strings.Cut(line, " ")
				if got := inPieces(c.hash, contents[i]); got != want {
					t.Errorf("%d bytes: %s, %s says %s", len(contents[i]), got, c.command[0], want)
				}
			}
		})
	}
}

func filesOfAllLengths(t *testing.T) (contents [][]byte, files []string) {
	noise := make([]byte, 3<<20+123)
	for i, r := 0, rand.New(rand.NewPCG(1, 2)); i < len(noise); i++ {
		noise[i] = byte(r.Uint32())
	}
	lengths := []int{1<<20 - 1, 1 << 20, 1<<20 + 1, len(noise)}
	for edge := 0; edge <= 4096; edge += 64 { // xxh3's stripe; 16 stripes make a block, and a chunk of blake3
		lengths = append(lengths, max(edge-1, 0), edge, edge+1)
	}
	dir := t.TempDir()
	for i, n := range lengths {
		file := filepath.Join(dir, fmt.Sprint(i))
		if err := os.WriteFile(file, noise[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		contents, files = append(contents, noise[:n]), append(files, file)
	}
	return contents, files
}

func inPieces(h digest.Hash, data []byte) string {
	sum, r := h.New(), rand.New(rand.NewPCG(3, uint64(len(data))))
	for len(data) > 0 {
		n := min(1+r.IntN(2048), 1+r.IntN(len(data)))
		sum.Write(data[:n])
		data = data[n:]
		if r.IntN(5) == 0 {
			sum.Sum(nil)
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}

func BenchmarkWrite(b *testing.B) {
	block := make([]byte, 1<<20)
	for _, h := range all {
		b.Run(string(h), func(b *testing.B) {
			sum := h.New()
			b.SetBytes(int64(len(block)))
			b.ReportAllocs()
			for b.Loop() {
				sum.Write(block)
			}
		})
	}
}
