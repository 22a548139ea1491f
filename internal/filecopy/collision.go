package filecopy

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A destination may take two names for one: vfat, exfat and NTFS those that differ
// in case, APFS and ext4 with casefold also those in another normal form of
// Unicode, vfat the short name of a long one. Of two files with such names the
// later would replace the earlier, so it is an error that the name is there in
// another spelling. Nothing tells beforehand which names are taken for one, but
// whether two are is seen when either is asked for.

var errOtherSpelling = errors.New("the destination has it in another spelling, and cannot hold both")

// Spelling tells of names whether they are spelled like the entries that are found by
// them. Of a folder that takes several spellings for one it keeps the names, until it is
// asked for another folder.
type Spelling struct {
	Read   func() // unless nil, called when some of a folder's names were read, which are many
	folder string
	names  map[string]bool // of the folder, when they were read
}

// Exact tells whether the entry base of dir is spelled like that, byte for byte; folder is
// dir's name. It costs a stat, or two of a name that is not ASCII; only where the folder
// takes another spelling for the same are its names read. An entry that is newer than
// that is not exact.
func (s *Spelling) Exact(dir *os.Root, folder, base string) (bool, error) {
	return exact(dir, base, func() (bool, error) { return s.lists(dir, folder, base) })
}

func (s *Spelling) lists(dir *os.Root, folder, base string) (bool, error) {
	if s.names == nil || s.folder != folder {
		s.folder, s.names = folder, map[string]bool{}
		err := eachName(dir, func(names []string) bool {
			for _, name := range names {
				s.names[name] = true
			}
			if s.Read != nil {
				s.Read()
			}
			return false
		})
		if err != nil {
			s.names = nil
			return false, err
		}
	}
	return s.names[base], nil
}

func exact(dir *os.Root, base string, lists func() (bool, error)) (bool, error) {
	for _, other := range spellings(base) {
		there, err := Lstat(dir, other)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			here, err := Lstat(dir, base)
			if err != nil {
				return false, NewError("stat", err)
			}
			if !os.SameFile(here, there) {
				continue
			}
		}
		// Hard links, or one entry.
		return lists()
	}
	return true, nil
}

// spellings are others of a name, of which a folder takes one for the same if it
// takes any. Those that go by case know at least that of ASCII; those that go by
// normal form may not go by case.
func spellings(base string) []string {
	others := make([]string, 0, 2)
	if other := swapCase(base); other != base {
		others = append(others, other)
	}
	if nfd, nfc := norm.NFD.String(base), norm.NFC.String(base); nfd != base {
		others = append(others, nfd)
	} else if nfc != base {
		others = append(others, nfc)
	}
	return others
}

// swapCase swaps the case of the ASCII letters, or if there are none, of all.
func swapCase(s string) string {
	swapped := []byte(s)
	for i, c := range swapped {
		if letter := c | 0x20; 'a' <= letter && letter <= 'z' {
			swapped[i] = c ^ 0x20
		}
	}
	if string(swapped) != s || !utf8.ValidString(s) {
		return string(swapped)
	}
	return strings.Map(func(r rune) rune {
		if lower := unicode.ToLower(r); lower != r {
			return lower
		}
		return unicode.ToUpper(r)
	}, s)
}

// lists tells whether the folder has an entry of just that name.
func lists(dir *os.Root, base string) (found bool, err error) {
	err = eachName(dir, func(names []string) bool {
		found = slices.Contains(names, base)
		return found
	})
	return found, err
}

// eachName calls with some names of the folder after others, until that returns true.
func eachName(dir *os.Root, call func(names []string) (enough bool)) error {
	f, err := dir.OpenFile(".", os.O_RDONLY|withoutWaiting, 0)
	if err != nil {
		return NewError("open folder", err)
	}
	defer f.Close()
	for {
		names, err := f.Readdirnames(1024)
		if call(names) || err == io.EOF {
			return nil
		}
		if err != nil {
			return NewError("read folder", err)
		}
	}
}

// checkSpelled is an error unless base is spelled so in dir.
func checkSpelled(op string, dir *os.Root, base string) error {
	ok, err := exact(dir, base, func() (bool, error) { return lists(dir, base) })
	if err == nil && !ok {
		err = NewError(op, errOtherSpelling)
	}
	return err
}

// spelled is dir, which was opened as base in the folder above, if it is spelled so: two
// folders that are taken for one would mix their files.
func spelled(dir, above *os.Root, base string) (*os.Root, error) {
	if err := checkSpelled("open folder", above, base); err != nil {
		dir.Close()
		return nil, err
	}
	return dir, nil
}
