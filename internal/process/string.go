package process

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// String returns the text form of Python's repr:
//
//	<Process name='Process-1' pid=42 parent=41 stopped exitcode=-SIGTERM daemon>
func (p *Process) String() string {
	running := p.running() // as Python's repr does, it reaps an ended process
	p.mu.Lock()
	defer p.mu.Unlock()
	words := []string{"Process", "name=" + pythonQuote(p.name)}
	if p.started() && !p.closed {
		words = append(words, fmt.Sprintf("pid=%d", p.pid))
	}
	words = append(words, fmt.Sprintf("parent=%d", p.parent))
	switch {
	case p.closed:
		words = append(words, "closed")
	case !p.started():
		words = append(words, "initial")
	case running && p.isAbandoned():
		words = append(words, "abandoned")
	case running:
		words = append(words, "started")
	case p.exit.Signal != "":
		words = append(words, "stopped", "exitcode=-"+p.exit.Signal)
	default:
		words = append(words, "stopped", fmt.Sprintf("exitcode=%d", p.exit.Code))
	}
	if p.daemon {
		words = append(words, "daemon")
	}
	return "<" + strings.Join(words, " ") + ">"
}

// pythonQuote is repr of a str. Bytes that are not UTF-8 are shown as surrogates, as Python shows them after
// os.fsdecode.
func pythonQuote(s string) string {
	quote := '\''
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		quote = '"'
	}
	var b strings.Builder
	b.WriteRune(quote)
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\udc%02x`, s[0])
		case r == quote || r == '\\':
			b.WriteRune('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
		s = s[size:]
	}
	b.WriteRune(quote)
	return b.String()
}
