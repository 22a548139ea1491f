package schedule

import "testing"

// A command shows a sign when it has written since the last look, and at each look while it cannot help its silence.
func TestSignsOfCommand(t *testing.T) {
	c := &command{}
	wants := func(what string, want bool) {
		t.Helper()
		before := c.signs
		if got := c.Signs() != before; got != want {
			t.Errorf("%s: a new sign is %t, want %t", what, got, want)
		}
	}
	wants("nobody knows what it writes", false)
	var bytes int64
	var held bool
	c.Written = func() (int64, bool) { return bytes, held }
	wants("it has written nothing", false)
	bytes = 5
	wants("it has written", true)
	wants("it has written no more", false)
	bytes = 3
	wants("it has cut its file", true)
	held = true
	wants("brood cannot print", true)
	wants("brood still cannot print", true)
	held = false
	wants("brood has printed", false)
}
