package schedule

import (
	"strings"
	"testing"

	"brood/internal/process"
)

func TestLastWords(t *testing.T) {
	long := "panic: out of tune\n" + strings.Repeat("x", 3*beginSize) + "middle" + strings.Repeat("y", 2*endSize) + "the end"
	for name, text := range map[string]string{
		"nothing": "", "short": "a\nb", "just fits": strings.Repeat("z", beginSize+endSize), "long": long,
	} {
		var words lastWords
		if n, err := words.ReadFrom(strings.NewReader(text)); n != int64(len(text)) || err != nil {
			t.Errorf("%s: read %d, %v", name, n, err)
		}
		got := words.String()
		if len(text) <= beginSize+endSize && got != text {
			t.Errorf("%s: %q, want all of %q", name, got, text)
		}
		if name == "long" && (!strings.HasPrefix(got, "panic: out of tune\n") || !strings.HasSuffix(got, "the end") ||
			strings.Contains(got, "middle") || len(got) > beginSize+endSize+10) {
			t.Errorf("%s: %d bytes, %.30q … %q", name, len(got), got, got[len(got)-10:])
		}
	}
}

func TestInWords(t *testing.T) {
	for _, row := range []struct {
		exit         process.Exit
		stderr, want string
	}{
		{process.Exit{Code: 3}, "", "its process ended with exit code 3"},
		{process.Exit{Code: -9, Signal: "SIGKILL"}, "", "its process was ended by SIGKILL"},
		{process.Exit{Code: 1}, "Process copy-1:\npanic: out of tune\n\ngoroutine 1", "its process ended with exit code 1: panic: out of tune"},
		{process.Exit{Code: 2}, "fatal error: x\n", "its process ended with exit code 2: fatal error: x"},
	} {
		if got := inWords("copy-1", row.exit, row.stderr); got != row.want {
			t.Errorf("%q, want %q", got, row.want)
		}
	}
}
