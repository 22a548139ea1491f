package filecopy

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"strings"
	"unicode/utf8"
)

// A temporary name is "." + base + "." + 8 random hex digits + ".brood", with
// as much of the base name as fits.
const (
	temporarySuffix = ".brood"
	randomBytes     = 4
	longestName     = 255 // bytes
	longestBase     = longestName - len("..") - 2*randomBytes - len(temporarySuffix)

	// attempts at a name that is free and not swept at once. The second is
	// a rarity.
	attempts = 100
)

// errSwept says that a Sweep took a temporary for a leftover, between its
// creation and its lock.
var errSwept = errors.New("swept before it was locked")

// IsTemporary tells whether a base name is one that this package gives to a
// copy under way. A file of such a name in a destination is a leftover to
// Sweep: don't copy files that have one.
func IsTemporary(base string) bool {
	rest, ok := strings.CutSuffix(base, temporarySuffix)
	digits := len(rest) - 2*randomBytes
	if !ok || digits < len(".x.") || rest[0] != '.' || rest[digits-1] != '.' {
		return false
	}
	return strings.Trim(rest[digits:], "0123456789abcdef") == ""
}

func temporaryName(base string) string {
	if len(base) > longestBase {
		cut := longestBase
		// Some file systems refuse what isn't UTF-8, so half a character
		// mustn't be left of a name that was.
		for cut > longestBase-utf8.UTFMax && !utf8.RuneStart(base[cut]) {
			cut--
		}
		base = base[:cut]
	}
	var random [randomBytes]byte
	rand.Read(random[:])
	return "." + base + "." + hex.EncodeToString(random[:]) + temporarySuffix
}

// temporary is a copy under way: an open file, locked, under a temporary
// name.
type temporary struct {
	place
	name string
	file *os.File
	lock lock
	done bool
}

// createTemporary makes the temporary of a place, readable by its owner only.
func createTemporary(p place) (*temporary, error) {
	for range attempts {
		name := temporaryName(p.base)
		var f *os.File
		err := p.writing(func() (err error) {
			f, err = p.dir.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL|withoutWaiting, 0o600)
			return err
		})
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, NewError("create", err)
		}
		t := &temporary{place: p, name: name, file: f}
		if t.lock, err = hold(f); err == nil {
			return t, nil
		}
		t.discard()
		if err != errSwept {
			return nil, NewError("lock", err)
		}
	}
	return nil, NewError("create", errSwept)
}

// setMetadata gives the file the source's times, then its permission bits:
// up to here nobody else could read it.
func (t *temporary) setMetadata(src fs.FileInfo) error {
	if err := t.dir.Chtimes(t.name, accessTime(src), src.ModTime()); err != nil {
		return NewError("set times", err)
	}
	if err := t.file.Chmod(src.Mode().Perm()); err != nil {
		return NewError("set mode", err)
	}
	return nil
}

// publish gives the finished file its final name. The lock is held beyond the
// rename, so that no Sweep comes between; the file is closed before, since
// network file systems report failed writes then.
func (t *temporary) publish(replace bool) error {
	if err := t.file.Close(); err != nil {
		return NewError("close", err)
	}
	if err := t.rename(t.name, replace); err != nil {
		return err
	}
	t.done = true
	t.lock.release()
	return nil
}

// discard removes the file, unless it was published. What can't be removed is
// left to Sweep.
func (t *temporary) discard() {
	if t.done {
		return
	}
	t.done = true
	t.file.Close()
	t.dir.Remove(t.name)
	t.lock.release()
}
