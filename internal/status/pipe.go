package status

import (
	"slices"
	"strconv"
	"strings"
)

// Pipe is a pipe of a traced program, with the processes that held its ends at any time.
type Pipe struct {
	Number           int // from 1 on
	Writers, Readers []PipeEnd
}

// PipeEnd is an end of a pipe.
type PipeEnd struct {
	Holder     *Member
	Descriptor int
}

// hold notes the ends of pipes that a member holds, as in the field pipes of an event. It ignores what it cannot read.
func (f *Family) hold(m *Member, ends []string) {
	for _, end := range ends {
		i := strings.IndexAny(end, "<>")
		if i < 0 {
			continue
		}
		descriptor, err := strconv.Atoi(end[:i])
		number, err2 := strconv.Atoi(end[i+1:])
		if err != nil || err2 != nil || number < 1 {
			continue
		}
		p, held := f.pipe(number), PipeEnd{m, descriptor}
		list := &p.Readers
		if end[i] == '>' {
			list = &p.Writers
		}
		if !slices.Contains(*list, held) {
			*list = append(*list, held)
		}
	}
}

func (f *Family) pipe(number int) *Pipe {
	at, found := slices.BinarySearchFunc(f.Pipes, number, func(p *Pipe, n int) int { return p.Number - n })
	if !found {
		f.Pipes = slices.Insert(f.Pipes, at, &Pipe{Number: number})
	}
	return f.Pipes[at]
}
