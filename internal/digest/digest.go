// Package digest is the hashes by which contents are verified.
//
// Each is one that a tool of everybody's can check without brood, and its digests
// are the bytes that this tool prints in hex. All of them find what a disk, a cable
// or a bug does to a file; only blake3 and sha256 also withstand somebody who
// forges one on purpose.
package digest

import (
	"crypto/md5"
	"crypto/sha256"
	"fmt"
	"hash"

	"github.com/cespare/xxhash/v2"
	"github.com/zeebo/blake3"
	"github.com/zeebo/xxh3"
)

// Hash names a hash function as the command line does.
type Hash string

// The hashes, the fastest first.
const (
	XXH128 Hash = "xxh128" // xxhsum -H2, or xxh128sum
	XXH64  Hash = "xxh64"  // xxhsum -H1, or xxh64sum
	BLAKE3 Hash = "blake3" // b3sum
	SHA256 Hash = "sha256" // sha256sum
	MD5    Hash = "md5"    // md5sum; for those who must hand on what others ask for
)

// Parse is the Hash that s spells.
func Parse(s string) (Hash, error) {
	switch h := Hash(s); h {
	case XXH128, XXH64, BLAKE3, SHA256, MD5:
		return h, nil
	}
	return "", fmt.Errorf("hash %q: want xxh128, xxh64, blake3, sha256 or md5", s)
}

// New begins a digest. Its Sum is in the canonical, big-endian form. It panics
// for a Hash that Parse does not know.
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
