package event

import (
	"fmt"
	"strings"
)

// Manual returns the reference of the format in Markdown, from Kinds and Fields.
func Manual() string {
	var s strings.Builder
	fmt.Fprintf(&s, strings.ReplaceAll(`
# the format of a record (--record FILE)

A record has one event a line, as a JSON object, in one order. Times are by RFC 3339. A field that is zero is left out,
except for the required fields of 'finished'. A name that is not UTF-8 is there twice: readable in 'file' and exact in
'file%[2]s' (likewise 'source%[2]s', 'sources%[2]s' and 'dest%[2]s'). What happened on a node of a cluster has that 'node'.
A list is an array of strings, and so are paths. Counts are an object of integers.

This is version %[1]d of the format. The version grows when a reader of the old format would misread the new one.
Records of earlier versions are still read.

Every event has 'time' and 'kind', and the fields of its kind.

## Kinds

| kind | when it is emitted | always has | may have |
|---|---|---|---|
`[1:], "'", "`"), Version, exact)
	for _, k := range Kinds() {
		fmt.Fprintf(&s, "| `%s` | %s%s | %s | %s |\n", k.Kind, k.When, k.atLeastOne(), quoted(k.Required), quoted(k.Optional))
	}
	s.WriteString("\n## Fields\n\n| field | type | meaning |\n|---|---|---|\n")
	for _, f := range Fields() {
		kind := string(f.Type)
		if f.Unit != "" {
			kind += ", " + f.Unit
		}
		fmt.Fprintf(&s, "| `%s` | %s | %s |\n", f.Name, kind, f.Meaning)
	}
	return s.String()
}

// quoted returns the names of fields in Markdown.
func quoted(fields []string) string {
	if len(fields) == 0 {
		return ""
	}
	return "`" + strings.Join(fields, "`, `") + "`"
}

// atLeastOne returns a sentence about OneOf, after a space; "" without such a rule.
func (k Format) atLeastOne() string {
	if len(k.OneOf) == 0 {
		return ""
	}
	return " It has at least one of " + quoted(k.OneOf) + "."
}
