package view

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// language is the language of one report. Its phrases are found by their English format, as gettext does it:
// a phrase without a translation stays English.
type language struct {
	tag       string // BCP 47; "" for English
	family    FamilyWords
	phrases   map[string]string // by their English format
	reasons   map[string]string // by the words in the record
	patterns  []pattern
	separator string // between the parts of a list
}

// pattern translates a reason that holds a number or a name.
type pattern struct {
	reason *regexp.Regexp
	format string // for what reason captures
}

// languageOf returns Chinese for "zh", and English for anything else.
func languageOf(lang string) language {
	if lang == "zh" {
		return chinese()
	}
	return language{family: EnglishFamily, separator: ", "}
}

// say formats a phrase in the language.
func (l language) say(format string, args ...any) string {
	if own, ok := l.phrases[format]; ok {
		format = own
	}
	return fmt.Sprintf(format, args...)
}

// plural counts things: 1 node, 2 nodes.
func (l language) plural(n int, of string) string {
	if own, ok := l.phrases["%s "+of]; ok {
		return fmt.Sprintf(own, count(n))
	}
	return plural(n, of)
}

// sources names the source of a run, or tells how many there are, with the spaces that belong beside that.
func (l language) sources(source string, sources []string) string {
	if len(sources) == 0 {
		return l.say("%q", source)
	}
	return l.plural(len(sources), "source")
}

func (l language) list(parts []string) string { return strings.Join(parts, l.separator) }

// reason translates a reason or an error of a record, part by part: "write: no space left on device". From the first
// unknown part on, as in the words of other programs, the text stays as it is.
func (l language) reason(text string) string {
	var said strings.Builder
	for {
		part, separator, rest := cutPart(text)
		own, ok := l.part(part)
		if !ok {
			return said.String() + text
		}
		said.WriteString(own + separator)
		if separator == "" {
			return said.String()
		}
		text = rest
	}
}

// cutPart cuts off the first part of a reason. separator is full-width, and empty after the last part.
func cutPart(text string) (part, separator, rest string) {
	for i := range len(text) - 1 {
		switch text[i : i+2] {
		case ": ":
			return text[:i], "：", text[i+2:]
		case "; ":
			return text[:i], "；", text[i+2:]
		}
	}
	return text, "", ""
}

func (l language) part(text string) (own string, ok bool) {
	if own, ok := l.reasons[text]; ok {
		return own, true
	}
	for _, p := range l.patterns {
		if captured := p.reason.FindStringSubmatch(text); captured != nil {
			return p.say(captured[1:]), true
		}
	}
	return "", false
}

func (p pattern) say(captured []string) string {
	var args []any
	for _, text := range captured {
		if d, err := time.ParseDuration(text); err == nil {
			text = fmt.Sprintf("%g s", d.Seconds())
		}
		args = append(args, text)
	}
	return fmt.Sprintf(p.format, args...)
}

// Reasons returns a function that translates the reasons and errors of a record. Unknown words stay as they are.
func Reasons(lang string) func(reason string) string { return languageOf(lang).reason }
