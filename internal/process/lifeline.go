package process

import "os"

// lifeline is the pipe by which children notice that their parent is gone: the
// parent alone holds the end for writing and never writes, each child holds the
// end for reading. One pipe serves all children.
type lifeline struct{ read, write *os.File }

func newLifeline() (*lifeline, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	return &lifeline{r, w}, nil
}

func (l *lifeline) close() {
	if l == nil {
		return
	}
	l.read.Close()
	l.write.Close()
}
