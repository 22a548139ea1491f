package plan

import (
	"context"
	"fmt"
	"io/fs"
	"math"

	"brood/internal/event"
	"brood/internal/filecopy"
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

// Fits returns a *Shortage if the destination has no room for what Start would
// copy. Where that cannot be known, it is nil: also where contents may be shared
// with the source (reflinks), unless they are written in any case. It walks the
// source, and ends with ctx's error soon after that is done, or with another one
// when there is no answer for Options.Stall.
func Fits(ctx context.Context, t Tree, opts Options, written bool) error {
	_, err := wholeInTime(ctx, opts, func(ctx context.Context, p *pulse) (struct{}, error) {
		return struct{}{}, fits(ctx, p, t, opts, written)
	})
	return err
}

func fits(ctx context.Context, p *pulse, t Tree, opts Options, written bool) error {
	if !written && mayShare(p, t) {
		return nil
	}
	p.askFor("dest", t.Dest)
	free, known := Free(t.Dest)
	if !known {
		return nil
	}
	needed, err := roomFor(ctx, p, t, opts)
	if err == nil && (needed.Bytes > free.Bytes || needed.Inodes > free.Inodes) {
		err = &Shortage{t.Dest, needed, free}
	}
	return err
}

// Needs is what the destination must have room for, beside what it holds by now,
// when Start is to copy this: what files have allocated in whole blocks, and
// names that are not there. What a file replaces is counted as free, although the
// two are there together for a moment; so is its share of what has other names, too.
// It ends as Fits does.
func Needs(ctx context.Context, t Tree, opts Options) (Room, error) {
	return wholeInTime(ctx, opts, func(ctx context.Context, p *pulse) (Room, error) { return roomFor(ctx, p, t, opts) })
}

func roomFor(ctx context.Context, p *pulse, t Tree, opts Options) (Room, error) {
	opts.Recheck = false // what is there needs no room
	w, err := newWalk(ctx, p, t, opts, func(event.Event) {})
	if err != nil {
		return Room{}, err
	}
	defer w.close()
	n := needs{walk: w}
	w.pass = n.add
	w.run()
	n.Bytes = max(n.Bytes, 0)
	return n.Room, ctx.Err()
}

// needs sums up what a walk finds.
type needs struct {
	*walk
	Room
}

func (n *needs) add(e entry) {
	switch e.kind {
	case entered:
	case left:
		n.addFolder(e.folder)
	default:
		n.addName(e)
	}
}

// addFolder counts a folder as the feed makes it: one that holds nothing that is wanted may be not.
func (n *needs) addFolder(d *folder) {
	wanted := d.wanted || len(n.opts.Include) == 0
	if d.in != nil {
		d.in.wanted = d.in.wanted || d.wanted
	}
	if d.fresh && wanted {
		n.Inodes++
	}
}

func (n *needs) addName(e entry) {
	e.folder.wanted = true
	there := n.there(e)
	if e.kind == file {
		n.Bytes += allocation(e.info)
	}
	switch {
	case there == nil && e.kind != hardLink:
		n.Inodes++
	case there != nil && there.Mode().IsRegular() && n.opts.Overwrite != filecopy.Never:
		_, names := identity(there)
		n.Bytes -= occupies(there) / int64(max(names, 1)) // some file systems count none
	}
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
