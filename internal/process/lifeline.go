package process

import "os"

// lifeline is the pipe that tells children that their parent is gone. Only the parent holds the end for
// writing, and never writes. Each child holds the end for reading. One pipe serves all children.
type lifeline struct{ read, write *os.File }

func newLifeline() (*lifeline, error) {
	r, w, err := sharedPipe()
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
