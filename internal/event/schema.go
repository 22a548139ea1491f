package event

import _ "embed"

// Schema is the JSON Schema (draft 2020-12) of a line of a record of this Version.
//
//go:embed schema.json
var Schema string
