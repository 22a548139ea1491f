//go:build unix

package process

import (
	"encoding/binary"
	"io"
	"os"
)

// The list of daemons whose groups must end with their parent. It is a file without a name, in memory if the
// system has such files. At 8 times its PID a daemon writes the moment of its registration, as now returns it.
// The parent writes 0 there before it reaps the daemon. A write to the list waits for nobody.
const entry = 8

// enlist writes an entry. since is 0 for a daemon that leaves the list.
func enlist(list *os.File, pid int, since uint64) error {
	_, err := list.WriteAt(binary.NativeEndian.AppendUint64(nil, since), int64(pid)*entry)
	return err
}

// eachListed calls do for each daemon on the list.
func eachListed(list *os.File, do func(pid int, since uint64)) error {
	buffer := make([]byte, 64<<10)
	for at := int64(0); ; {
		at = nextData(list, at) / entry * entry
		n, err := list.ReadAt(buffer, at)
		for i := 0; i+entry <= n; i += entry {
			since := binary.NativeEndian.Uint64(buffer[i:])
			if pid := int(at/entry) + i/entry; since != 0 && pid > 1 { // never kill(-1), which is everybody
				do(pid, since)
			}
		}
		at += int64(n)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
