package cli

import "testing"

func TestNear(t *testing.T) {
	commands := []string{
		"copy", "verify", "report", "follow", "stop", "ps", "limit", "lesson", "completion", "man", "help",
	}
	flags := []string{"jobs", "j", "record", "report", "retries", "resume", "retry-failed", "watch", "json", "quiet", "q"}
	for _, row := range []struct {
		typed string
		words []string
		want  string
	}{
		// Near: a letter too many, one missing, one wrong, two swapped.
		{"copyy", commands, "copy"},
		{"cop", commands, "copy"},
		{"cupy", commands, "copy"},
		{"cpoy", commands, "copy"},
		{"lesosns", commands, "lesson"},
		{"COPY", commands, "copy"},
		{"retires", flags, "retries"},
		{"jbs", flags, "jobs"},
		{"Q", flags, "q"},
		// The beginning of one word, but not of several.
		{"comp", commands, "completion"},
		{"w", flags, "watch"},
		{"rec", flags, "record"},
		{"re", flags, ""},
		{"r", flags, ""},
		// Far.
		{"nosuch", commands, ""},
		{"nosuch", flags, ""},
		{"progress", flags, ""},
		{"recursive", flags, ""},
		{"ls", commands, ""},
		{"move", commands, ""},
		{"x", flags, ""},
		{"", commands, ""},
		{"唱", commands, ""},
	} {
		if got := near(row.typed, row.words); got != row.want {
			t.Errorf("near %q is %q, want %q", row.typed, got, row.want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, row := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"abc", "", 3}, {"", "abc", 3}, {"abc", "abc", 0}, {"abc", "abd", 1}, {"abc", "acb", 1},
		{"ab", "ba", 1}, {"abcd", "badc", 2}, {"kitten", "sitting", 3},
	} {
		if got := distance(row.a, row.b); got != row.want {
			t.Errorf("distance of %q and %q is %d, want %d", row.a, row.b, got, row.want)
		}
	}
}
