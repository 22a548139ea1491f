package event

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Schema returns the JSON Schema (draft 2020-12) of one line of a record of this Version, from Kinds and Fields.
func Schema() string {
	var s strings.Builder
	kinds, fields := Kinds(), Fields()
	fmt.Fprintf(&s, `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "urn:brood:event:%d",
  "title": "One line of a record of brood, version %[1]d",
  "description": "A record has one event a line, from begun to finished. A field that is zero is left out, `+
		`except for the required ones of finished.",
  "type": "object",
  "required": ["time", "kind"],
  "properties": {
`, Version)
	var properties, rules []string
	for _, f := range fields {
		properties = append(properties, f.property(kinds)...)
	}
	s.WriteString(strings.Join(properties, ",\n"))
	s.WriteString("\n  },\n  \"allOf\": [\n")
	for _, k := range kinds {
		rules = append(rules, k.rule(fields))
	}
	s.WriteString(strings.Join(rules, ",\n"))
	s.WriteString("\n  ]\n}\n")
	return s.String()
}

// property returns the lines of the schema for a field: one, or two for paths.
func (f Field) property(kinds []Format) []string {
	meaning := strings.ReplaceAll(f.Meaning, "`", "")
	if f.Unit != "" {
		meaning += " In " + f.Unit + "."
	}
	line := func(name, constraints string) string {
		return fmt.Sprintf("    %q: {%s, \"description\": %s}", name, constraints, inJSON(meaning))
	}
	switch f.Type {
	case TypePath:
		exactly := `"type": "string", "contentEncoding": "base64"`
		return []string{line(f.Name, `"type": "string"`), line(f.Name+exact, exactly)}
	case TypePaths:
		exactly := `"type": "array", "items": {"type": "string", "contentEncoding": "base64"}`
		return []string{line(f.Name, `"type": "array", "items": {"type": "string"}`), line(f.Name+exact, exactly)}
	case TypeTime:
		return []string{line(f.Name, `"type": "string", "format": "date-time"`)}
	case TypeList:
		return []string{line(f.Name, `"type": "array", "items": {"type": "string"}`)}
	case TypeCounts:
		return []string{line(f.Name, `"type": "object", "additionalProperties": {"type": "integer"}`)}
	case TypeInteger, TypeNumber:
		if f.Name == "exitcode" {
			return []string{line(f.Name, `"type": "integer"`)}
		}
		return []string{line(f.Name, fmt.Sprintf(`"type": %q, "minimum": 0`, f.Type))}
	}
	switch f.Name {
	case "kind":
		var names []Kind
		for _, k := range kinds {
			names = append(names, k.Kind)
		}
		return []string{line(f.Name, `"enum": `+inJSON(names))}
	case "phase":
		return []string{line(f.Name, `"enum": `+inJSON([]string{Syncing, Verifying, Waiting}))}
	}
	return []string{line(f.Name, fmt.Sprintf(`"type": %q`, f.Type))}
}

// rule returns the line of the schema that binds a kind to its fields.
func (k Format) rule(fields []Field) string {
	names := slices.Concat([]string{"time", "kind"}, k.Required, k.Optional)
	for _, f := range fields {
		if (f.Type == TypePath || f.Type == TypePaths) && slices.Contains(names, f.Name) {
			names = append(names, f.Name+exact)
		}
	}
	then := `"propertyNames": {"enum": ` + inJSON(names) + `}`
	if len(k.Required) > 0 {
		then = `"required": ` + inJSON(k.Required) + ", " + then
	}
	if len(k.OneOf) > 0 {
		var choices []string
		for _, name := range k.OneOf {
			choices = append(choices, `{"required": `+inJSON([]string{name})+`}`)
		}
		then += `, "anyOf": [` + strings.Join(choices, ", ") + `]`
	}
	when := inJSON(strings.ReplaceAll(k.When, "`", ""))
	return fmt.Sprintf(`    {"if": {"required": ["kind"], "properties": {"kind": {"const": %q}}}, `+
		`"then": {"description": %s, %s}}`, k.Kind, when, then)
}

// inJSON returns a string or a list of strings as JSON.
func inJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // no string has such an error
	}
	return strings.ReplaceAll(string(text), `","`, `", "`)
}
