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

// A destination may treat two names as the same. vfat, exfat and NTFS do so for names that
// differ in case. APFS, and ext4 with casefold, also do so for two normal forms of Unicode.
// vfat does so for the short name of a long name. Of two files with such names, the later
// would replace the earlier. So it is an error if the name exists in another spelling.
// Nothing tells beforehand which names a destination treats as the same. A lookup of another
// spelling shows it.

var errOtherSpelling = errors.New("the destination has it in another spelling, and cannot hold both")

// Spelling compares names with the spelling of the entries that they find. If a folder treats
// several spellings as the same, Spelling reads its names, and keeps them until a call with
// another folder.
type Spelling struct {
	Read   func() // called after each part of a folder's names is read; may be nil
	folder string
	names  map[string]bool // names of the folder; nil before they are read
}

// Exact reports whether the entry base of dir is spelled like base, byte for byte. folder is
// dir's name. Exact costs a stat, or two stats for a name that is not ASCII. It reads the
// folder's names only if the folder treats another spelling as the same. An entry made after
// that is not exact.
func (s *Spelling) Exact(dir *os.Root, folder, base string) (bool, error) {
	return exact(dir, base, func() (bool, error) { return s.contains(dir, folder, base) })
}

func (s *Spelling) contains(dir *os.Root, folder, base string) (bool, error) {
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

// exact reports whether the entry base of dir is spelled like base. It calls listed, which
// looks base up in the list of dir's names, only if another spelling finds the same file.
func exact(dir *os.Root, base string, listed func() (bool, error)) (bool, error) {
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
		// Two hard links, or one entry.
		return listed()
	}
	return true, nil
}

// spellings returns other spellings of a name. If a folder treats any spelling as the same, it
// treats one of these as the same. A folder that ignores case does so at least for ASCII. A
// folder that ignores the normal form may heed the case.
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

// swapCase swaps the case of the ASCII letters. If there are none, it swaps that of all letters.
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

// hasEntry reports whether the list of the folder's names has base.
func hasEntry(dir *os.Root, base string) (found bool, err error) {
	err = eachName(dir, func(names []string) bool {
		found = slices.Contains(names, base)
		return found
	})
	return found, err
}

// eachName reads the names of the folder in parts, and calls call with each part until call
// returns true.
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

// checkSpelled returns an error if the entry base of dir has another spelling.
func checkSpelled(op string, dir *os.Root, base string) error {
	ok, err := exact(dir, base, func() (bool, error) { return hasEntry(dir, base) })
	if err == nil && !ok {
		err = NewError(op, errOtherSpelling)
	}
	return err
}

// spelled returns dir, which was opened as base in the folder above. If its entry has another
// spelling, it closes dir and returns an error: two source folders would mix their files in it.
func spelled(dir, above *os.Root, base string) (*os.Root, error) {
	if err := checkSpelled("open folder", above, base); err != nil {
		dir.Close()
		return nil, err
	}
	return dir, nil
}
