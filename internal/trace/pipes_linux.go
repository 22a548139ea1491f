//go:build amd64 || arm64

package trace

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"brood/internal/event"
)

// tellPipes tells which ends of pipes a process holds, with Options.Pipes. It looks when the process has executed a
// program, and when it or a child of it is about to end. Just after a fork it holds what its parent holds, so it does not
// look then.
func (t *Tracer) tellPipes(p *process) {
	if !t.o.Pipes || !t.began || p == nil {
		return
	}
	ends := t.pipesOf(p.pid)
	if len(ends) == 0 || slices.Equal(ends, p.pipes) {
		return
	}
	p.pipes = ends
	t.emit(event.Event{Kind: event.Piped, Name: p.name, PID: p.pid, Pipes: ends})
}

// pipesOf returns the ends of pipes that a process holds: "0<1" when descriptor 0 reads pipe 1, "1>2" when
// descriptor 1 writes pipe 2. The first pipe that the tracer sees is pipe 1.
func (t *Tracer) pipesOf(pid int) (ends []string) {
	folder := fmt.Sprintf("/proc/%d/fd/", pid)
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil // it was killed meanwhile
	}
	slices.SortFunc(entries, func(a, b os.DirEntry) int { return number10(a.Name()) - number10(b.Name()) })
	for _, entry := range entries {
		target, err := os.Readlink(folder + entry.Name())
		if err != nil || !strings.HasPrefix(target, "pipe:") {
			continue
		}
		info, err := os.Lstat(folder + entry.Name()) // its mode tells how the descriptor was opened (proc_pid_fd(5))
		if err != nil {
			continue
		}
		if t.pipes == nil {
			t.pipes = map[string]int{}
		}
		if t.pipes[target] == 0 {
			t.pipes[target] = len(t.pipes) + 1
		}
		if info.Mode()&0o400 != 0 {
			ends = append(ends, fmt.Sprintf("%s<%d", entry.Name(), t.pipes[target]))
		}
		if info.Mode()&0o200 != 0 {
			ends = append(ends, fmt.Sprintf("%s>%d", entry.Name(), t.pipes[target]))
		}
	}
	return ends
}

func number10(text string) int {
	n, _ := strconv.Atoi(text)
	return n
}
