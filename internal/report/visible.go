package report

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// visibleName is a name as it is, or quoted as Go does it when a reader would not see
// which bytes it has: of control characters, of what sets the direction of text, of
// bytes that are no UTF-8.
func visibleName(name string) string {
	if quoted := strconv.Quote(name); quoted != `"`+name+`"` {
		return quoted
	}
	return name
}

// visible is a sentence with escapes for what cannot be seen in it.
func visible(text string) string {
	var said strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		if strconv.IsPrint(r) && (r != utf8.RuneError || size > 1) {
			said.WriteString(text[:size])
		} else {
			said.WriteString(strings.Trim(strconv.Quote(text[:size]), `"`))
		}
		text = text[size:]
	}
	return said.String()
}
