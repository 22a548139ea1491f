package filecopy

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"hash/fnv"
	"io/fs"
	"os"
	"strings"
	"unicode/utf8"
)

// A temporary name is "." + base + "." + 8 hex digits + ".brood". A long base name is cut.
const (
	temporarySuffix = ".brood"
	randomBytes     = 4
	longestName     = 255 // bytes
	longestBase     = longestName - len("..") - 2*randomBytes - len(temporarySuffix)

	// attempts is the most attempts at a name that is free and not swept at once. The
	// second attempt is rare.
	attempts = 100
)

// errSwept means that a Sweep, or another copy of the same file, treated a new temporary as a
// leftover before it was locked.
var errSwept = errors.New("another process took it before it was locked")

// IsTemporary reports whether a base name has the form of a temporary name. Sweep treats a file
// with such a name as a leftover, so do not copy files with such names.
func IsTemporary(base string) bool {
	rest, ok := strings.CutSuffix(base, temporarySuffix)
	digits := len(rest) - 2*randomBytes
	if !ok || digits < len(".x.") || rest[0] != '.' || rest[digits-1] != '.' {
		return false
	}
	return strings.Trim(rest[digits:], "0123456789abcdef") == ""
}

// temporaryName returns a random temporary name, which no other file has.
func temporaryName(base string) string {
	var random [randomBytes]byte
	rand.Read(random[:])
	return temporaryWith(base, random[:])
}

// partialName returns the temporary name that depends only on base. By it the next run finds
// the partial copy of a killed process.
func partialName(base string) string {
	sum := fnv.New32a()
	sum.Write([]byte(base))
	return temporaryWith(base, sum.Sum(nil))
}

func temporaryWith(base string, digits []byte) string {
	if len(base) > longestBase {
		cut := longestBase
		// Do not cut a UTF-8 character in two: some file systems refuse names that are
		// not UTF-8.
		for cut > longestBase-utf8.UTFMax && !utf8.RuneStart(base[cut]) {
			cut--
		}
		base = base[:cut]
	}
	return "." + base + "." + hex.EncodeToString(digits) + temporarySuffix
}

// temporary is a copy under way: an open file with a temporary name and a lock.
//
//	createTemporary ─┐                   ┌─▶ finish: published
//	                 ├─▶ write contents ─┼─▶ discard: removed
//	takeOver ────────┘                   └─▶ leave: stays for a later run
type temporary struct {
	place
	name string
	file *os.File
	lock lock
	done bool // published, left or discarded
}

// createTemporary makes the temporary of a place, readable only by its owner. First it removes
// the leftover of a killed copy of the same file. It does not do so with Resume, or if the
// leftover may be a copy under way.
func createTemporary(p place, opts Options) (*temporary, error) {
	name := partialName(p.base)
	if opts.Shared {
		name = temporaryName(p.base)
	}
	for n := range attempts {
		var f *os.File
		err := p.writing(func() (err error) {
			// O_RDWR, as the copy may be read back.
			f, err = p.dir.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL|withoutWaiting, 0o600)
			return err
		})
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, NewError("create", err)
		}
		if err == nil {
			t := &temporary{place: p, name: name, file: f}
			if t.lock, err = hold(f); err == nil {
				return t, nil
			}
			if err != errSwept {
				t.discard()
				return nil, NewError("lock", err)
			}
			t.leave()                    // another process may have it
			_, _ = sweepOne(p.dir, name) // or none has, and the lock failed for a moment
		}
		if n == 0 && !opts.Resume && !opts.Shared && err != errSwept {
			if gone, _ := sweepOne(p.dir, name); gone {
				continue
			}
		}
		name = temporaryName(p.base)
	}
	return nil, NewError("create", errSwept)
}

// setMetadata gives the file the source's times, and then its permission bits, or with Archive
// all its attributes. Before that, nobody else can read the file.
func (t *temporary) setMetadata(from *os.File, src fs.FileInfo, opts Options) (losses, error) {
	if err := t.setTimes(src); err != nil {
		return nil, NewError("set times", err)
	}
	return keepAttributes(inodeOf(from), src, inodeOf(t.file), opts)
}

// finish makes the file, which has all contents, the copy of src:
//
//	metadata ─▶ sync ─▶ read back ─▶ close ─▶ rename ─▶ sync folder
//
// Only Durable syncs the folder. Only Durable and Hash sync the file. Only Hash reads it back.
func (t *temporary) finish(
	ctx context.Context, src *os.File, info fs.FileInfo, digest []byte, opts Options,
) (lost []string, err error) {
	if lost, err = t.setMetadata(src, info, opts); err != nil {
		return nil, err
	}
	if opts.syncs() {
		opts.phase(Syncing)
		if err := flush(t.file); err != nil {
			return nil, err
		}
	}
	if opts.Hash != "" {
		opts.phase(Verifying)
		if err := t.readBack(ctx, opts.Hash.New(), digest, opts); err != nil {
			return nil, err
		}
	}
	if err := t.publish(opts.Overwrite != Never); err != nil {
		return nil, err
	}
	if opts.Durable {
		err = flushFolder(t.dir)
	}
	return lost, err
}

// publish gives the finished file its final name. It closes the file first, as network file
// systems report failed writes then. It releases the lock after the rename, so that no Sweep
// removes the file.
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

// leave closes the file, and does not remove it. After publish it does nothing.
func (t *temporary) leave() {
	if t.done {
		return
	}
	t.done = true
	t.file.Close()
	t.lock.release()
}

// discard removes the file. After publish or leave it does nothing. If the removal fails, Sweep
// removes the file later.
func (t *temporary) discard() {
	if !t.done {
		t.dir.Remove(t.name)
	}
	t.leave()
}
