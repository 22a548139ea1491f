package lesson

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"

	"golang.org/x/sys/unix"
)

// hangingFolder is a FUSE file system: a folder, inode 1, with the stallNames, inodes 2
// to 6, each of which holds its own name. Only the read of stalledName has no answer.
//
//	a process             the kernel asks, by read(2)      the folder answers, by write(2)
//	                      INIT, I speak 7.n                7.31
//	reads the folder      OPENDIR 1                        opened
//	                      READDIR 1, from entry 0          five entries
//	                      READDIR 1, from entry 5          none
//	                      RELEASEDIR 1                     done
//	opens 3.mov           LOOKUP "3.mov" in 1              inode 4, and its attributes
//	                      OPEN 4                           opened, for reads without the page cache
//	looks at it           GETATTR 4                        its attributes
//	reads it              READ 4, from byte 0              –: the process waits, state S
//	hears a signal        INTERRUPT                        –: it waits on, state D
//	closes a file         RELEASE 2                        done
//	                      FORGET 2, or BATCH_FORGET        – (has no answer)
//	does something else   …                                ENOSYS: the kernel does without
//
// Each message is a header and what its kind needs: structures and numbers of
// <linux/fuse.h>, in the byte order of the machine.
type hangingFolder struct {
	device int               // /dev/fuse
	held   func(name string) // told that the reader of that file will have no answer
}

const (
	opLookup      = 1
	opForget      = 2
	opGetattr     = 3
	opOpen        = 14
	opRead        = 15
	opRelease     = 18
	opInit        = 26
	opOpendir     = 27
	opReaddir     = 28
	opReleasedir  = 29
	opInterrupt   = 36
	opBatchForget = 42
)

const (
	rootInode = 1
	firstFile = 2 // inode of the first of stallNames

	// directIO has every read come here. A read into the page cache waits for the page,
	// not for the answer, and SIGKILL ends that.
	directIO = 1 << 0

	// minReadBuffer is what read(2) must have room for at the least; nobody writes, so nothing is larger.
	minReadBuffer = 8192
)

// The kernel's structures. Blank is what is of no use here, or zero.
type (
	inHeader struct { // fuse_in_header
		Length, Op    uint32
		Unique, Inode uint64 // which request it is, and about what
		_             [4]uint32
	}
	readIn struct { // what fuse_read_in begins with
		_, Offset uint64
		Size      uint32
	}

	outHeader struct { // fuse_out_header
		Length uint32
		Error  int32 // 0, or an errno with a minus sign
		Unique uint64
	}
	initOut struct { // fuse_init_out
		Major, Minor uint32
		_            [14]uint32
	}
	attributes struct { // fuse_attr; root's, of 1970
		Inode, Size uint64
		_           [4]uint64
		_           [3]uint32
		Mode, Links uint32
		_           [5]uint32
	}
	attrOut struct { // fuse_attr_out; kept for no time: the kernel asks anew
		_          [2]uint64
		Attributes attributes
	}
	entryOut struct { // fuse_entry_out; likewise
		Inode      uint64
		_          [4]uint64
		Attributes attributes
	}
	openOut struct { // fuse_open_out
		_     uint64
		Flags uint32
		_     uint32
	}
	dirent struct { // fuse_dirent; the name follows
		Inode, Next      uint64 // Next is from where to read on
		NameLength, Type uint32
	}
)

// serve answers until the mount is gone.
func (f *hangingFolder) serve() error {
	message := make([]byte, minReadBuffer)
	for {
		n, err := unix.Read(f.device, message)
		if err == unix.EINTR || err == unix.ENOENT { // who asked has gone meanwhile
			continue
		}
		if err != nil {
			return fmt.Errorf("read %q: %w", "/dev/fuse", err)
		}
		var asked inHeader
		size := unpack(message[:n], &asked)
		f.meet(asked, message[size:n])
	}
}

// meet answers a request, if it is to have an answer.
func (f *hangingFolder) meet(asked inHeader, argument []byte) {
	switch asked.Op {
	case opForget, opBatchForget, opInterrupt:
		return
	case opRead:
		if name := nameOf(asked.Inode); name == stalledName {
			f.held(name)
			return
		}
	}
	answer, errno := answerTo(asked, argument)
	header := outHeader{Unique: asked.Unique, Error: -int32(errno)}
	header.Length = uint32(binary.Size(header) + len(answer))
	_, _ = unix.Write(f.device, append(pack(header), answer...)) // ENOENT: who asked has gone meanwhile
}

func answerTo(asked inHeader, argument []byte) ([]byte, unix.Errno) {
	switch asked.Op {
	case opInit:
		return pack(initOut{Major: 7, Minor: 31}), 0 // Linux 5.2, the first with fsmount(2)
	case opLookup:
		return lookUp(string(bytes.TrimRight(argument, "\x00")))
	case opGetattr:
		return pack(attrOut{Attributes: attributesOf(asked.Inode)}), 0
	case opOpen, opOpendir:
		return pack(openOut{Flags: directIO}), 0
	case opRead:
		return readFile(nameOf(asked.Inode), argument), 0
	case opReaddir:
		return readFolder(argument), 0
	case opRelease, opReleasedir:
		return nil, 0
	default:
		return nil, unix.ENOSYS
	}
}

func lookUp(name string) ([]byte, unix.Errno) {
	i := slices.Index(stallNames, name)
	if i < 0 {
		return nil, unix.ENOENT
	}
	a := attributesOf(firstFile + uint64(i))
	return pack(entryOut{Inode: a.Inode, Attributes: a}), 0
}

func attributesOf(inode uint64) attributes {
	if inode == rootInode {
		return attributes{Inode: inode, Mode: unix.S_IFDIR | 0o555, Links: 2}
	}
	return attributes{Inode: inode, Mode: unix.S_IFREG | 0o444, Links: 1, Size: uint64(len(nameOf(inode)))}
}

func nameOf(inode uint64) string { return stallNames[inode-firstFile] }

func readFile(content string, argument []byte) []byte {
	var asked readIn
	unpack(argument, &asked)
	from := min(asked.Offset, uint64(len(content)))
	return []byte(content[from:min(from+uint64(asked.Size), uint64(len(content)))])
}

// readFolder has room for all entries: the kernel asks for a page of them at the least.
func readFolder(argument []byte) (entries []byte) {
	var asked readIn
	unpack(argument, &asked)
	for i := asked.Offset; i < uint64(len(stallNames)); i++ {
		entry := dirent{Inode: firstFile + i, Next: i + 1, NameLength: uint32(len(stallNames[i])), Type: unix.DT_REG}
		entries = append(append(entries, pack(entry)...), stallNames[i]...)
		entries = append(entries, make([]byte, -len(entries)&7)...) // the next begins at a multiple of 8
	}
	return entries
}

// pack and unpack cannot fail: all structures are of a fixed size, and the kernel sends whole ones.
func pack(structure any) []byte {
	message, _ := binary.Append(nil, binary.NativeEndian, structure)
	return message
}

func unpack(message []byte, structure any) (size int) {
	size, _ = binary.Decode(message, binary.NativeEndian, structure)
	return size
}
