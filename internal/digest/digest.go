// Package digest has the hash functions that verify contents.
//
//	h, err := digest.Parse("xxh128")
//	sum := h.New()
//	io.Copy(sum, file)
//	fmt.Printf("%x\n", sum.Sum(nil)) // as xxh128sum prints it
//
// A common tool computes each of these hashes too, and prints the same digest in hex:
// nobody needs brood to check one. All of them detect what a disk, a cable or a bug does
// to a file. Only blake3 and sha256 also detect a deliberate forgery.
package digest

import (
	"crypto/md5"
	"crypto/sha256"
	"fmt"
	"hash"
	"slices"

	_ "brood/internal/digest/cpu"

	"github.com/cespare/xxhash/v2"
	"github.com/zeebo/blake3"
	"github.com/zeebo/xxh3"
)

// Hash is the name of a hash function on the command line.
type Hash string

// The hashes, the fastest first.
const (
	XXH128 Hash = "xxh128" // xxhsum -H2, or xxh128sum
	XXH64  Hash = "xxh64"  // xxhsum -H1, or xxh64sum
	BLAKE3 Hash = "blake3" // b3sum
	SHA256 Hash = "sha256" // sha256sum
	MD5    Hash = "md5"    // md5sum; for recipients who ask for MD5
)

// All returns all hashes, the fastest first.
func All() []Hash { return []Hash{XXH128, XXH64, BLAKE3, SHA256, MD5} }

// List returns the names of all hashes for people: "xxh128, xxh64, blake3, sha256 or md5".
func List() string {
	list := ""
	for i, h := range All() {
		switch {
		case i == 0:
		case i == len(All())-1:
			list += " or "
		default:
			list += ", "
		}
		list += string(h)
	}
	return list
}

// Parse returns the Hash with the name s.
func Parse(s string) (Hash, error) {
	if !slices.Contains(All(), Hash(s)) {
		return "", fmt.Errorf("hash %q: want %s", s, List())
	}
	return Hash(s), nil
}

// New returns a new hash.Hash. Its Sum is in the canonical, big-endian form.
// New panics if Parse does not know h.
func (h Hash) New() hash.Hash {
	switch h {
	case XXH128:
		return xxh3.New128()
	case XXH64:
		return xxhash.New()
	case BLAKE3:
		return blake3.New()
	case SHA256:
		return sha256.New()
	case MD5:
		return md5.New()
	}
	panic(fmt.Sprintf("hash %q is not known", string(h)))
}
