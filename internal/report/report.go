// Package report draws a recorded run as one HTML file: its processes on a time line,
// the bytes that they moved, who started whom, and what became of each file.
//
// The file needs nothing but itself. It makes no request, and its Content-Security-Policy
// forbids the browser to make one. What the record holds is text in it and never code,
// whatever the names are: those are bytes that somebody else has chosen.
package report

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"brood/internal/status"
)

//go:embed page
var page embed.FS

// scripts are the page's, in the order in which they run.
var scripts = [...]string{
	"words.js", "record.js", "format.js", "rows.js", "bars.js", "timeline.js", "kinship.js",
	"throughput.js", "details.js", "keys.js", "family.js", "files.js", "replay.js", "page.js",
}

// HTML writes the page of the run that t has. It begins in the language lang, "en" or
// "zh" (any other is "en"); a reader can switch.
func HTML(w io.Writer, t *status.Timeline, lang string) error {
	if lang != "zh" {
		lang = "en"
	}
	// encoding/json writes <, >, & and U+2028 as escapes, so that no name can end the element.
	data, err := json.Marshal(recordOf(t))
	if err != nil {
		return fmt.Errorf("encode the record: %w", err)
	}
	frame, style, script := read("page.html"), read("page.css"), script()
	// One pass: what was put in is not looked at again.
	_, err = strings.NewReplacer(
		"{{lang}}", lang,
		"{{policy}}", policy(script, style),
		"{{style}}", style,
		"{{record}}", string(data),
		"{{script}}", script,
	).WriteString(w, frame)
	return err
}

// read is one of the page's own files, which are all there.
func read(name string) string {
	text, err := page.ReadFile("page/" + name)
	if err != nil {
		panic(err)
	}
	// A browser hashes what it has read, in which all lines end alike.
	return strings.ReplaceAll(string(text), "\r\n", "\n")
}

// script is the page's scripts as one, with names of its own.
func script() string {
	var all strings.Builder
	all.WriteString("'use strict';\n(() => {\n")
	for _, name := range scripts {
		all.WriteString(read(name))
	}
	all.WriteString("})();\n")
	return all.String()
}

// policy allows the page its own script and style, by their contents, and nothing else.
func policy(script, style string) string {
	return fmt.Sprintf("default-src 'none'; script-src '%s'; style-src '%s'; img-src data:; base-uri 'none'; form-action 'none'",
		hash(script), hash(style))
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
