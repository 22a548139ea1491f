package command

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// kind says what a part of a word stands for.
type kind int

const (
	literal  kind = iota // its text
	value                // {}: all values of an item
	column               // {name}: one value of an item
	position             // {1}: one value of all items
	sequence             // {#}
	slot                 // {%}
)

// part is a piece of text, or a placeholder.
type part struct {
	text string // as in the command
	kind kind
	n    int    // of column from 0; of position as in the command
	form string // what is left of the value: "", ".", "/", "//" or "/."
	bare bool   // is not quoted in a line for a shell
}

// word is a word of the command, taken apart.
type word []part

func (w word) has(k kind) bool {
	return slices.ContainsFunc(w, func(p part) bool { return p.kind == k })
}

// repeats tells whether the word is different for each item.
func (w word) repeats() bool { return w.has(value) || w.has(column) }

// hasValue tells whether a value of an item becomes a part of the word.
func (w word) hasValue() bool { return w.repeats() || w.has(position) }

func (w word) hasPlaceholder() bool {
	return slices.ContainsFunc(w, func(p part) bool { return p.kind != literal })
}

// parseWord takes a word apart that no shell reads.
func parseWord(text string, names []string) word {
	var w word
	start := 0
	for i := 0; i < len(text); i++ {
		p, ok := placeholder(text[i:], names)
		if !ok {
			continue
		}
		if i > start {
			w = append(w, part{text: text[start:i]})
		}
		w = append(w, p)
		start = i + len(p.text)
		i = start - 1
	}
	if start < len(text) || text == "" {
		w = append(w, part{text: text[start:]})
	}
	return w
}

// placeholder returns the placeholder that the text begins with. A name is stronger than a number, as in parallel. A
// name may contain any characters; the longest that fits counts.
func placeholder(text string, names []string) (p part, ok bool) {
	inner, ok := strings.CutPrefix(text, "{")
	if !ok {
		return part{}, false
	}
	if form, ok := cutForm(inner); ok {
		return part{text: "{" + form + "}", kind: value, form: form}, true
	}
	switch {
	case strings.HasPrefix(inner, "#}"):
		return part{text: "{#}", kind: sequence}, true
	case strings.HasPrefix(inner, "%}"):
		return part{text: "{%}", kind: slot}, true
	}
	longest := 0
	for i, name := range names {
		rest, ok := strings.CutPrefix(inner, name)
		form, ends := cutForm(rest)
		if ok && ends && len(name) > longest {
			p, longest = part{text: "{" + name + form + "}", kind: column, n: i, form: form}, len(name)
		}
	}
	if longest > 0 {
		return p, true
	}
	return numbered(inner)
}

// numbered returns the placeholder for a position, without its opening brace. There is no position 0.
func numbered(inner string) (p part, ok bool) {
	rest := strings.TrimLeft(strings.TrimPrefix(inner, "-"), "0123456789")
	number := strings.TrimSuffix(inner, rest)
	form, ok := cutForm(rest)
	n, _ := strconv.Atoi(number) // 0 without digits, and the largest number if there are too many
	if !ok || n == 0 {
		return part{}, false
	}
	return part{text: "{" + number + form + "}", kind: position, n: n, form: form}, true
}

// cutForm returns the end of a placeholder up to its brace.
func cutForm(rest string) (form string, ok bool) {
	form, _, ok = strings.Cut(rest, "}")
	switch form {
	case "", ".", "/", "//", "/.":
		return form, ok
	}
	return "", false
}

// of returns what the part stands for. item holds the values of one item, values those of all.
func (p part) of(v Vars, item, values []string) string {
	switch p.kind {
	case value:
		formed := make([]string, len(item))
		for i := range item {
			formed[i] = formOf(item[i], p.form)
		}
		return strings.Join(formed, " ")
	case column:
		return p.at(item, p.n)
	case position:
		if p.n > 0 {
			return p.at(values, p.n-1)
		}
		return p.at(values, len(values)+p.n)
	case sequence:
		return strconv.Itoa(v.Seq)
	case slot:
		return strconv.Itoa(v.Slot)
	}
	return p.text
}

// at returns one of the values, or an empty one if it does not exist.
func (p part) at(values []string, i int) string {
	if i < 0 || i >= len(values) {
		return ""
	}
	return formOf(values[i], p.form)
}

// formOf returns what {form} leaves of a value.
func formOf(value, form string) string {
	switch form {
	case ".":
		return withoutExtension(value)
	case "/":
		return value[baseIndex(value):]
	case "//":
		return folder(value)
	case "/.":
		return withoutExtension(value[baseIndex(value):])
	}
	return value
}

// baseIndex returns where the base name of a path begins. After a final slash the base name is empty, as in parallel.
func baseIndex(path string) int {
	i := len(path)
	for i > 0 && !os.IsPathSeparator(path[i-1]) {
		i--
	}
	return i
}

// withoutExtension leaves nothing of the base name .bashrc, as parallel does.
func withoutExtension(path string) string {
	if dot := strings.LastIndexByte(path, '.'); dot >= baseIndex(path) {
		return path[:dot]
	}
	return path
}

// folder is dirname, without a look at the parts of the path: the folder of a/./b is a/. and that of a/ is ".".
func folder(path string) string {
	volume := filepath.VolumeName(path)
	path = path[len(volume):]
	end := trimSlashes(path)
	dir := path[:trimSlashes(path[:baseIndex(path[:end])])]
	switch {
	case dir != "":
		return volume + dir
	case path != "" && os.IsPathSeparator(path[0]):
		return volume + path[:1]
	}
	return volume + "."
}

// trimSlashes returns the length of a path without its final slashes.
func trimSlashes(path string) int {
	end := len(path)
	for end > 0 && os.IsPathSeparator(path[end-1]) {
		end--
	}
	return end
}
