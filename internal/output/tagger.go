package output

import "bytes"

// tagger puts a tag in front of each line.
type tagger struct {
	to     *destination
	tag    string
	within bool // of a line
	buffer []byte
}

func (t *tagger) Write(p []byte) (int, error) {
	t.buffer = t.buffer[:0]
	for rest := p; len(rest) > 0; {
		if !t.within {
			t.buffer = append(t.buffer, t.tag...)
		}
		line := rest
		if i := bytes.IndexByte(rest, '\n'); i >= 0 {
			line = rest[:i+1]
		}
		t.buffer = append(t.buffer, line...)
		t.within = line[len(line)-1] != '\n'
		rest = rest[len(line):]
	}
	if _, err := t.to.Write(t.buffer); err != nil {
		return 0, err
	}
	return len(p), nil
}
