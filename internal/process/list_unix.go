//go:build unix

package process

import (
	"encoding/binary"
	"io"
	"os"
)

// The list of daemons whose groups are to end with their parent is a file without a name,
// in memory where the system has such files. At 8 times its PID it has the moment at which a
// daemon has registered itself, as now tells it, and 0 once its parent is about to reap
// it. A write to it waits for nobody.
const entry = 8

// enlist writes an entry; since is 0 for a daemon that is to leave the list.
func enlist(list *os.File, pid int, since uint64) error {
	_, err := list.WriteAt(binary.NativeEndian.AppendUint64(nil, since), int64(pid)*entry)
	return err
}

// eachListed calls do for each daemon that is on the list.
func eachListed(list *os.File, do func(pid int, since uint64)) error {
	buffer := make([]byte, 64<<10)
	for at := int64(0); ; {
		at = nextData(list, at) / entry * entry
		n, err := list.ReadAt(buffer, at)
		for i := 0; i+entry <= n; i += entry {
			since := binary.NativeEndian.Uint64(buffer[i:])
			if pid := int(at/entry) + i/entry; since != 0 && pid > 1 { // never kill(-1): that is everybody
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
