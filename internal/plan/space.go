package plan

import (
	"fmt"
	"io/fs"
	"math"
)

// Room is what a file system has or is to have.
type Room struct {
	Bytes  int64 // allocated, not the lengths of files
	Inodes int64 // math.MaxInt64 where they are not limited
}

// Shortage is the error of a destination that cannot hold what is to be copied.
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

// allocation is what a copy of the file will occupy: its holes are kept.
func allocation(info fs.FileInfo) int64 {
	const block = 4096
	size := min(info.Size(), occupies(info))
	return (size + block - 1) / block * block
}

// Free is what the file system of dest, or of the nearest folder above it that is
// there, has for anybody (what it keeps back for root is left to the system); known is false where that cannot be told.
func Free(dest string) (room Room, known bool) {
	there, _, err := existing(dest)
	if err != nil {
		return Room{}, false
	}
	v, err := statVolume(there)
	// A file system that knows nothing of its size says zero.
	if err != nil || v.blocks == 0 {
		return Room{}, false
	}
	room = Room{Bytes: math.MaxInt64, Inodes: math.MaxInt64}
	if v.free <= math.MaxInt64/v.block {
		room.Bytes = int64(v.free * v.block)
	}
	if v.inodes > 0 { // btrfs has no number of them
		room.Inodes = int64(min(v.freeInodes, math.MaxInt64))
	}
	return room, true
}

// volume is what statfs(2) says of a file system.
type volume struct {
	block              uint64 // bytes
	blocks, free       uint64 // free: to anybody
	inodes, freeInodes uint64
}
