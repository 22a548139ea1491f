package event

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Visible escapes the characters of a sentence that cannot be seen.
func Visible(text string) string {
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
