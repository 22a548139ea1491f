package plan

import "testing"

// Names are bytes, also where they are no UTF-8.
func TestFilterByBytes(t *testing.T) {
	for _, row := range []struct {
		pattern, name string
		want          bool
	}{
		{"*\xff", "a\xff", true},
		{"*\xff", "a\xfe", false},
		{"*\xff", "a\ufffd", false},
		{"*\ufffd", "a\xff", false},
		{"a?", "a\xff", true},
		{"[\xfe-\xff]", "\xff", true},
		{"[\xfe]", "\xff", false},
		{"{\xfe,\xff}/é", "\xff/é", true},
	} {
		if got := matches([]string{row.pattern}, row.name); got != row.want {
			t.Errorf("pattern %q and name %q: %v, want %v", row.pattern, row.name, got, row.want)
		}
	}
}
