package plan

import (
	"fmt"
	"io/fs"
	"math"
)

// Room is free or needed space of a file system.
type Room struct {
	Bytes  int64 // allocated bytes, not the sizes of files
	Inodes int64 // math.MaxInt64 if the file system does not limit them
}

// Shortage is the error of a destination that has too little room.
type Shortage struct {
	Dest         string
	Needed, Free Room
}

func (s *Shortage) Error() string {
	if s.Needed.Bytes > s.Free.Bytes {
		return fmt.Sprintf("dest %q: needs %d bytes, has %d", s.Dest, s.Needed.Bytes, s.Free.Bytes)
	}
	return fmt.Sprintf("dest %q: needs %d inodes, has %d", s.Dest, s.Needed.Inodes, s.Free.Inodes)
}

// allocation returns the bytes that a copy of the file will occupy. Holes stay holes.
func allocation(info fs.FileInfo) int64 {
	const block = 4096
	size := min(info.Size(), occupies(info))
	return (size + block - 1) / block * block
}

// free returns the free room in the file system of the destination, or of the nearest existing folder above it. Room
// that the system reserves for root does not count. known is false if the file system does not tell, and where copies
// may take no room: they may share their contents with the source unless they are written.
func (t Tree) free(p *pulse, written bool) (room Room, known bool, err error) {
	a, err := keepApart(p, t)
	if err != nil {
		return Room{}, false, err
	}
	p.askFor("dest", t.Dest)
	v, err := statVolume(a.where)
	// A file system that does not know its size reports zero.
	if err != nil || v.blocks == 0 || !written && t.mayShare(p, v, a.dest) {
		return Room{}, false, nil
	}
	return v.room(), true, nil
}

// mayShare reports whether copies of some source to a folder on the volume may take no room.
func (t Tree) mayShare(p *pulse, v volume, to fs.FileInfo) bool {
	for n := range t.roots() {
		if mayShare(p, t.Root(n).Path, v, to) {
			return true
		}
	}
	return false
}

func (v volume) room() Room {
	room := Room{Bytes: math.MaxInt64, Inodes: math.MaxInt64}
	if v.free <= math.MaxInt64/v.block {
		room.Bytes = int64(v.free * v.block)
	}
	if v.inodes > 0 { // btrfs reports 0: no limit
		room.Inodes = int64(min(v.freeInodes, math.MaxInt64))
	}
	return room
}

// volume is the answer of statfs(2).
type volume struct {
	block              uint64 // bytes
	blocks, free       uint64 // free: without the blocks reserved for root
	inodes, freeInodes uint64
	kind               uint32 // Linux: the magic number of the file system
}
