package event

import (
	"fmt"
	"strings"
)

// Manual returns the reference of the format in Markdown, from Kinds and Fields. It has no heading.
func Manual() string {
	var s strings.Builder
	fmt.Fprintf(&s, `A record has one event a line, as a JSON object, in one order. This is version %d of the format; the
version grows when a reader of the old format would misread the new one. Times are by RFC 3339. A field that is zero is
left out, except for the required fields of %s. A name that is not UTF-8 is there twice: readable in %s,
exact in %s (likewise %s and %s). What happened on a node of a cluster has that %s.

Every event has %s and %s, and the fields of its kind. In **bold** are the fields that it always has.

| kind | when it is emitted | fields |
|---|---|---|
`, Version, "`finished`", "`file`", "`file"+exact+"`", "`source"+exact+"`", "`dest"+exact+"`", "`node`", "`time`", "`kind`")
	for _, k := range Kinds() {
		var names []string
		for _, name := range k.Required {
			names = append(names, "**`"+name+"`**")
		}
		for _, name := range k.Optional {
			names = append(names, "`"+name+"`")
		}
		fmt.Fprintf(&s, "| `%s` | %s%s | %s |\n", k.Kind, k.When, k.atLeastOne(), strings.Join(names, ", "))
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

// atLeastOne says which fields a kind must have one of, after a space; "" without such a rule.
func (k Format) atLeastOne() string {
	if len(k.OneOf) == 0 {
		return ""
	}
	return " It has at least one of `" + strings.Join(k.OneOf, "`, `") + "`."
}
