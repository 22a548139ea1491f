package filecopy_test

import (
	"os"
	"testing"

	"brood/internal/filecopy"
)

// A secret file replaces a file that everybody may read. A process that has the old file open
// sees nothing of the secret.
func TestOpenFileIsReplacedBySecret(t *testing.T) {
	for how, opts := range map[string]filecopy.Options{"plain": {}, "archive": archived, "resume": {Resume: true}} {
		t.Run(how, func(t *testing.T) {
			e := newEnds(t)
			write(t, e.src, "f", []byte("secret"), 0o600)
			write(t, e.dst, "f", []byte("known to all"), 0o666)
			spy, err := e.dst.Open("f")
			must(t, err)
			defer spy.Close()
			opts.Progress = func(int64) {
				if info, _ := e.dst.Lstat(onlyTemporary(t, e.dst)); info.Mode() != 0o600 {
					t.Errorf("mode during the copy: %v", info.Mode())
				}
			}
			_, err = e.copy("f", opts)
			must(t, err)
			e.wantCopied(t, "f")
			seen := make([]byte, 100)
			if n, _ := spy.ReadAt(seen, 0); string(seen[:n]) != "known to all" {
				t.Errorf("the open file shows %q", seen[:n])
			}
		})
	}
}

// If the destination is a link to the source's own file, the copy does not damage that file.
func TestDestinationLeadsToTheSource(t *testing.T) {
	for name, plant := range map[string]func(e ends) error{
		"by a hard link": func(e ends) error { return os.Link(e.srcPath+"/f", e.dstPath+"/f") },
		"by a symlink":   func(e ends) error { return os.Symlink(e.srcPath+"/f", e.dstPath+"/f") },
	} {
		for _, overwrite := range []filecopy.Overwrite{filecopy.Changed, filecopy.Always, filecopy.Never} {
			t.Run(name+"/"+string(overwrite), func(t *testing.T) {
				e := newEnds(t)
				write(t, e.src, "f", []byte("kept"), 0o640)
				must(t, plant(e))
				_, err := e.copy("f", filecopy.Options{Overwrite: overwrite})
				must(t, err)
				for _, root := range []*os.Root{e.src, e.dst} {
					got, err := os.ReadFile(root.Name() + "/f")
					if string(got) != "kept" || err != nil {
						t.Errorf("%s holds %q, %v", root.Name(), got, err)
					}
				}
				wantOnly(t, e.dst, ".", "f")
				if overwrite == filecopy.Always {
					e.wantCopied(t, "f")
					if st := stat(t, e.src, "f"); st.Nlink != 1 {
						t.Errorf("the source has %d names", st.Nlink)
					}
				}
			})
		}
	}
}
