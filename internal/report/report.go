// Package report draws a recorded run as one HTML file. The page shows the processes on a time line, the bytes
// that they moved, who started whom, and the outcome of each file:
//
//	var run status.Timeline
//	err := event.ReadRun(record, run.Apply)
//	err = report.HTML(file, &run, "en")
//
// The file needs no other file and no network: its Content-Security-Policy forbids every request. Names in a
// record are bytes that somebody else has chosen. The page shows them as text and never runs them.
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

// scripts are the scripts of the page, in their order.
var scripts = [...]string{
	"words.js", "record.js", "format.js", "rows.js", "bars.js", "timeline.js", "kinship.js",
	"throughput.js", "details.js", "keys.js", "deeds.js", "family.js", "files.js", "outputs.js", "replay.js", "page.js",
}

// HTML writes the page of a run. The page begins in Chinese if lang is "zh", else in English. A reader can switch.
func HTML(w io.Writer, t *status.Timeline, lang string) error {
	if lang != "zh" {
		lang = "en"
	}
	// encoding/json escapes <, >, & and U+2028, so no name can end the element.
	data, err := json.Marshal(recordOf(t))
	if err != nil {
		return fmt.Errorf("encode the record: %w", err)
	}
	frame, style, script := read("page.html"), read("page.css"), script()
	// A Replacer makes one pass: it does not replace markers in the values.
	_, err = strings.NewReplacer(
		"{{lang}}", lang,
		"{{policy}}", policy(script, style),
		"{{style}}", style,
		"{{record}}", string(data),
		"{{script}}", script,
	).WriteString(w, frame)
	return err
}

// read returns one of the embedded files. A missing file is a mistake of the build.
func read(name string) string {
	text, err := page.ReadFile("page/" + name)
	if err != nil {
		panic(err)
	}
	// A browser hashes the text after it has converted all line ends to \n.
	return strings.ReplaceAll(string(text), "\r\n", "\n")
}

// script joins the scripts of the page. Their names are not visible outside.
func script() string {
	var all strings.Builder
	all.WriteString("'use strict';\n(() => {\n")
	for _, name := range scripts {
		all.WriteString(read(name))
	}
	all.WriteString("})();\n")
	return all.String()
}

// policy allows the page its own script and style, by their hashes, and nothing else.
func policy(script, style string) string {
	return fmt.Sprintf("default-src 'none'; script-src '%s'; style-src '%s'; img-src data:; "+
		"base-uri 'none'; form-action 'none'", hash(script), hash(style))
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
