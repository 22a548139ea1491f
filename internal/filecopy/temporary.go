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

// A temporary name is "." + base + "." + 8 hex digits + ".brood", with as much of
// the base name as fits.
const (
	temporarySuffix = ".brood"
	randomBytes     = 4
	longestName     = 255 // bytes
	longestBase     = longestName - len("..") - 2*randomBytes - len(temporarySuffix)

	// attempts at a name that is free and not swept at once. The second is
	// a rarity.
	attempts = 100
)

// errSwept says that a Sweep, or another copy of the same file, took a temporary
// for a leftover, between its creation and its lock.
var errSwept = errors.New("taken before it was locked")

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

// temporaryName is one that nobody has.
func temporaryName(base string) string {
	var random [randomBytes]byte
	rand.Read(random[:])
	return temporaryWith(base, random[:])
}

// partialName is the one by which the next run finds what is left of a killed copy.
func partialName(base string) string {
	sum := fnv.New32a()
	sum.Write([]byte(base))
	return temporaryWith(base, sum.Sum(nil))
}

func temporaryWith(base string, digits []byte) string {
	if len(base) > longestBase {
		cut := longestBase
		// Some file systems refuse what isn't UTF-8, so half a character
		// mustn't be left of a name that was.
		for cut > longestBase-utf8.UTFMax && !utf8.RuneStart(base[cut]) {
			cut--
		}
		base = base[:cut]
	}
	return "." + base + "." + hex.EncodeToString(digits) + temporarySuffix
}

// errNoName says that a file without a name could not be given one.
var errNoName = errors.New("not linked")

// temporary is a copy under way: an open file, locked, under a temporary
// name; or one without a name, which nobody finds.
type temporary struct {
	place
	name string // "" for none
	file *os.File
	lock lock
	done bool
}

// createTemporary makes the temporary of a place, readable by its owner only. What
// a killed copy of the same file has left under that name goes first, unless it is kept
// to be resumed, or may be another's copy under way.
func createTemporary(p place, opts Options) (*temporary, error) {
	name := partialName(p.base)
	if opts.Shared {
		name = temporaryName(p.base)
	}
	for n := range attempts {
		var f *os.File
		err := p.writing(func() (err error) {
			// Readable, too, as it may be read back.
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
			t.leave() // to who has it, if anybody: a lock may be refused for no reason that lasts
			_, _ = sweepOne(p.dir, name)
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

// setMetadata gives the file the source's times, then its permission bits, or
// with Archive all its attributes: up to here nobody else could read it.
func (t *temporary) setMetadata(from *os.File, src fs.FileInfo, opts Options) (losses, error) {
	if err := t.setTimes(src); err != nil {
		return nil, NewError("set times", err)
	}
	return keep(opened(from), src, opened(t.file), opts)
}

// finish makes the file, whose contents are there, the copy of src:
//
//	metadata ─▶ sync ─▶ read back ─▶ close ─▶ rename ─▶ sync folder
//
// Without Durable the folder isn't synced, and without it and Hash nothing is.
func (t *temporary) finish(ctx context.Context, src *os.File, info fs.FileInfo, digest []byte, opts Options) (lost []string, err error) {
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

// publish gives the finished file its final name. The lock is held beyond the
// rename, so that no Sweep comes between; the file is closed before, since
// network file systems report failed writes then.
func (t *temporary) publish(replace bool) error {
	if t.name == "" {
		return t.publishUnnamed()
	}
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

// publishUnnamed gives the file its name, or returns errNoName: whatever stands in
// the way, a named one finds it as well, or finds a way round.
func (t *temporary) publishUnnamed() error {
	if err := checkClose(t.file); err != nil {
		return NewError("close", err)
	}
	if t.link() != nil {
		return errNoName
	}
	t.leave()
	return nil
}

// leave closes the file and lets it be, unless it was published.
func (t *temporary) leave() {
	if t.done {
		return
	}
	t.done = true
	t.file.Close()
	t.lock.release()
}

// discard removes the file, unless it was published. What can't be removed is
// left to Sweep.
func (t *temporary) discard() {
	if !t.done && t.name != "" {
		t.dir.Remove(t.name)
	}
	t.leave()
}
