package filecopy_test

import (
	"path"
	"sync"
	"testing"

	"brood/internal/faultfs"
	"brood/internal/faultfs/faultfstest"
	"brood/internal/filecopy"
)

const otherSpelling = "the destination has it in another spelling, and cannot hold both"

// foldingEnds returns ends with a destination that ignores case and normal form.
func foldingEnds(t *testing.T) ends {
	t.Helper()
	return endsAt(t, t.TempDir(), faultfstest.Mount(t, faultfs.Options{Fold: true}).Mounted)
}

// pairs holds pairs of names that this destination treats as the same.
var pairs = []struct{ name, first, second string }{
	{"case", "a.mov", "A.MOV"},
	{"case of one letter", "a.mov", "a.moV"},
	{"case beyond ASCII", "é", "É"},
	{"case in and beyond ASCII", "é.mov", "É.MOV"},
	{"normal form", "\u00e9.mov", "e\u0301.mov"},
	{"normal form, the other way", "e\u0301.mov", "\u00e9.mov"},
	{"normal form without case", "\uac00", "\u1100\u1161"},
	{"case and normal form", "\u00e9.mov", "E\u0301.MOV"},
	{"folders", "d/f", "D/f"},
	{"folders above", "a/b/f", "A/b/f"},
	{"folders in another normal form", "\u00e9/f", "e\u0301/f"},
}

// wantOtherSpelling checks the error of a file, or of the folder of the file.
func wantOtherSpelling(t *testing.T, name string, err error) {
	t.Helper()
	if path.Dir(name) == "." {
		wantError(t, err, nil, "create: "+otherSpelling)
	} else {
		wantError(t, err, nil, "open folder: "+otherSpelling)
	}
}

func TestCollision(t *testing.T) {
	for _, tt := range pairs {
		for _, overwrite := range []filecopy.Overwrite{filecopy.Changed, filecopy.Always, filecopy.Never} {
			t.Run(tt.name+"/"+string(overwrite), func(t *testing.T) {
				e := foldingEnds(t)
				// With the same size and time, the second could pass as already done.
				e.writeFile(t, tt.first, "first")
				e.writeFile(t, tt.second, "other")
				opts := filecopy.Options{Overwrite: overwrite}
				for range 2 { // a second run gives the same errors
					_, err := e.copy(tt.first, opts)
					must(t, err)
					_, err = e.copy(tt.second, opts)
					wantOtherSpelling(t, tt.second, err)
					e.wantCopied(t, tt.first)
					wantOnly(t, e.dst, path.Dir(tt.first), path.Base(tt.first))
				}
			})
		}
	}
}

// Two copies at the same time find neither name at first. One of them ends up there, whole.
func TestCollisionOfTwoAtOnce(t *testing.T) {
	for _, tt := range pairs {
		t.Run(tt.name, func(t *testing.T) {
			e := foldingEnds(t)
			e.writeFile(t, tt.first, "first")
			e.writeFile(t, tt.second, "other")
			for range 20 {
				e.copyBoth(t, tt.first, tt.second)
			}
		})
	}
}

func (e ends) copyBoth(t *testing.T, first, second string) {
	t.Helper()
	var all sync.WaitGroup
	var errs [2]error
	for i, name := range []string{first, second} {
		all.Go(func() { _, errs[i] = e.copy(name, filecopy.Options{}) })
	}
	all.Wait()
	there, failed, err := first, second, errs[1]
	if errs[0] != nil {
		there, failed, err = second, first, errs[0]
		must(t, errs[1])
	}
	wantOtherSpelling(t, failed, err)
	e.wantCopied(t, there)
	wantOnly(t, e.dst, path.Dir(there), path.Base(there))
	for _, name := range names(t, e.dst, ".") {
		must(t, e.dst.RemoveAll(name))
	}
}

// A file that appears during the copy is treated like one that existed before.
func TestAppearsMeanwhile(t *testing.T) {
	for _, tt := range []struct {
		name      string
		appears   string
		overwrite filecopy.Overwrite
		collides  bool
		skipped   bool
		want      string
	}{
		{"the same name, changed", "a.mov", filecopy.Changed, false, false, "new"},
		{"the same name, always", "a.mov", filecopy.Always, false, false, "new"},
		{"the same name, never", "a.mov", filecopy.Never, false, true, "old"},
		{"another spelling, changed", "A.mov", filecopy.Changed, true, false, "old"},
		{"another spelling, always", "A.mov", filecopy.Always, true, false, "old"},
		{"another spelling, never", "A.mov", filecopy.Never, true, false, "old"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := foldingEnds(t)
			e.writeFile(t, "a.mov", "new")
			res, err := e.copy("a.mov", filecopy.Options{Overwrite: tt.overwrite, Progress: func(int64) {
				write(t, e.dst, tt.appears, []byte("old"), 0o600)
			}})
			if tt.collides {
				wantOtherSpelling(t, "a.mov", err)
			} else {
				must(t, err)
			}
			if res.Skipped != tt.skipped {
				t.Errorf("result %+v", res)
			}
			if got, _ := e.dst.ReadFile("a.mov"); string(got) != tt.want {
				t.Errorf("destination holds %q; want %q", got, tt.want)
			}
			wantOnly(t, e.dst, ".", tt.appears)
		})
	}
}

func TestSymlinkCollision(t *testing.T) {
	e := foldingEnds(t)
	must(t, e.src.Symlink("target", "link"))
	must(t, e.src.Symlink("target", "LINK"))
	e.writeFile(t, "Link", "file")
	_, err := filecopy.Symlink(e.src, e.dst, "link", filecopy.Options{})
	must(t, err)
	_, err = filecopy.Symlink(e.src, e.dst, "LINK", filecopy.Options{})
	wantError(t, err, nil, "create: "+otherSpelling)
	_, err = e.copy("Link", filecopy.Options{})
	wantError(t, err, nil, "create: "+otherSpelling)
	wantOnly(t, e.dst, ".", "link")
	res, err := filecopy.Symlink(e.src, e.dst, "link", filecopy.Options{})
	if !res.Skipped || err != nil {
		t.Errorf("again: %+v, %v", res, err)
	}
}

func TestFolderCollision(t *testing.T) {
	e := foldingEnds(t)
	must(t, e.src.MkdirAll("d/sub", 0o755))
	must(t, e.src.MkdirAll("D/sub", 0o700))
	_, err := filecopy.Folder(e.src, e.dst, "d/sub", filecopy.Options{})
	must(t, err)
	for _, name := range []string{"D", "D/sub"} {
		_, err := filecopy.Folder(e.src, e.dst, name, filecopy.Options{})
		wantError(t, err, nil, "open folder: "+otherSpelling)
	}
	info, err := e.dst.Lstat("d/sub")
	must(t, err)
	if info.Mode().Perm() != 0o755 {
		t.Errorf("mode %v", info.Mode())
	}
}

// A file that got another spelling in the source is another file.
func TestRenamedInTheSource(t *testing.T) {
	e := foldingEnds(t)
	e.writeFile(t, "a.mov", "contents")
	e.mustCopy(t, "a.mov")
	must(t, e.src.Rename("a.mov", "A.mov"))
	_, err := e.copy("A.mov", filecopy.Options{})
	wantError(t, err, nil, "create: "+otherSpelling)
	wantOnly(t, e.dst, ".", "a.mov")
}

// A destination that ignores case replaces and skips files like any other.
func TestOverwriteWhereNamesFold(t *testing.T) {
	for _, tt := range []struct {
		overwrite filecopy.Overwrite
		want      string
	}{{filecopy.Changed, "newer"}, {filecopy.Always, "newer"}, {filecopy.Never, "old"}} {
		t.Run(string(tt.overwrite), func(t *testing.T) {
			e := foldingEnds(t)
			e.writeFile(t, "a.mov", "newer")
			write(t, e.dst, "a.mov", []byte("old"), 0o600)
			_, err := e.copy("a.mov", filecopy.Options{Overwrite: tt.overwrite})
			must(t, err)
			if got, _ := e.dst.ReadFile("a.mov"); string(got) != tt.want {
				t.Errorf("destination holds %q; want %q", got, tt.want)
			}
			wantOnly(t, e.dst, ".", "a.mov")
		})
	}
}

// An ordinary file system holds all spellings, even if they are links of one file.
func TestSpellingsOnOrdinaryFileSystem(t *testing.T) {
	all := []string{"A.MOV", "a.mov", "E\u0301.MOV", "e\u0301.mov", "\u00c9.MOV", "\u00e9.mov"}
	for _, overwrite := range []filecopy.Overwrite{filecopy.Changed, filecopy.Always} {
		t.Run(string(overwrite), func(t *testing.T) {
			e := newEnds(t)
			for i, name := range all {
				e.writeFile(t, name, "new")
				if i == 0 {
					write(t, e.dst, name, []byte("older"), 0o600)
				} else {
					must(t, e.dst.Link(all[0], name))
				}
			}
			for range 2 {
				for _, name := range all {
					_, err := e.copy(name, filecopy.Options{Overwrite: overwrite})
					must(t, err)
					e.wantCopied(t, name)
				}
			}
			if got := names(t, e.dst, "."); len(got) != len(all) {
				t.Errorf("names %q; want %q", got, all)
			}
		})
	}
}

func TestSpelling(t *testing.T) {
	e := foldingEnds(t)
	spelling, folders := filecopy.Spelling{}, filecopy.NewChain(e.dst)
	defer folders.Close()
	must(t, e.dst.Mkdir("Sub", 0o700))
	for _, name := range []string{"a.mov", "Sub/\u00e9", "Sub/1234", "\uac00", "Sub/\xff", "Sub/Z\xff"} {
		write(t, e.dst, name, nil, 0o600)
	}
	for name, want := range map[string]bool{
		"a.mov": true, "A.mov": false, "a.MOV": false, "Sub": true, "sub": false, ".": true,
		"sub/\u00e9": true, "Sub/e\u0301": false, "Sub/\u00c9": false,
		"Sub/1234": true, "\uac00": true, "\u1100\u1161": false,
		"Sub/\xff": true, "Sub/Z\xff": true, "Sub/z\xff": false,
	} {
		folder := path.Dir(name)
		dir, err := folders.Open(folder)
		must(t, err)
		if got, err := spelling.Exact(dir, folder, path.Base(name)); got != want || err != nil {
			t.Errorf("%q: %v, %v; want %v", name, got, err, want)
		}
	}
}
