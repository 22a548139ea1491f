package event

import (
	"fmt"
	"strings"
)

// Manual returns the reference of the format in Markdown, from Kinds and Fields. It has no heading.
func Manual() string {
	var s strings.Builder
	fmt.Fprintf(&s, strings.ReplaceAll(`
A record has one event a line, as a JSON object, in one order. Times are by RFC 3339. A field that is zero is left out,
except for the required fields of 'finished'. A name that is not UTF-8 is there twice: readable in 'file' and exact in
'file%[2]s' (likewise 'source%[2]s' and 'dest%[2]s'). What happened on a node of a cluster has that 'node'.
A list is an array of strings. Counts are an object of integers.

This is version %[1]d of the format. The version grows when a reader of the old format would misread the new one.
Records of earlier versions are still read.

Every event has 'time' and 'kind', and the fields of its kind. It always has the fields in **bold**.

| kind | when it is emitted | fields |
|---|---|---|
`[1:], "'", "`"), Version, exact)
	for _, k := range Kinds() {
		fmt.Fprintf(&s, "| `%s` | %s%s | %s |\n", k.Kind, k.When, k.atLeastOne(), k.fields())
	}
	s.WriteString("\n| field | type | meaning |\n|---|---|---|\n")
	for _, f := range Fields() {
		kind := string(f.Type)
		if f.Unit != "" {
			kind += ", " + f.Unit
		}
		fmt.Fprintf(&s, "| `%s` | %s | %s |\n", f.Name, kind, f.Meaning)
	}
	return s.String()
}

// fields returns the names of the fields in Markdown, the required ones first and bold.
func (k Format) fields() string {
	var names []string
	for _, name := range k.Required {
		names = append(names, "**`"+name+"`**")
	}
	for _, name := range k.Optional {
		names = append(names, "`"+name+"`")
	}
	return strings.Join(names, ", ")
}

// atLeastOne returns a sentence about OneOf, after a space; "" without such a rule.
func (k Format) atLeastOne() string {
	if len(k.OneOf) == 0 {
		return ""
	}
	return " It has at least one of `" + strings.Join(k.OneOf, "`, `") + "`."
}
