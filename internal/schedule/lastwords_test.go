package schedule

import (
	"strings"
	"testing"
	"time"

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
		var atOnce lastWords
		if n, err := atOnce.Write([]byte(text)); n != len(text) || err != nil || atOnce.String() != got || cap(atOnce.end) > 2*endSize {
			t.Errorf("%s: written at once: %d, %v, %d bytes of memory, %.30q …", name, n, err, cap(atOnce.end), atOnce.String())
		}
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
		limits       process.Limits
	}{
		{process.Exit{Code: 3}, "", "its process ended with exit code 3", process.Limits{}},
		{process.Exit{Code: -9, Signal: "SIGKILL"}, "", "its process was ended by SIGKILL", process.Limits{}},
		{process.Exit{Code: 1}, "Process copy-1:\npanic: out of tune\n\ngoroutine 1", "its process ended with exit code 1: panic: out of tune", process.Limits{}},
		{process.Exit{Code: 2}, "fatal error: x\n", "its process ended with exit code 2: fatal error: x", process.Limits{}},
		{process.Exit{Code: 2}, "fatal error: runtime: out of memory\n\nruntime stack:", "its process ended with exit code 2: fatal error: runtime: out of memory", process.Limits{CPUTime: time.Second}},
		{process.Exit{Code: 2}, "fatal error: runtime: out of memory\n\nruntime stack:", "its process was ended by its memory limit of 64 MiB", process.Limits{Memory: 64 << 20}},
		{process.Exit{Code: -24, Signal: "SIGXCPU", User: 61 * time.Second}, "", "its process was ended by its CPU time limit of 1m0s", process.Limits{CPUTime: time.Minute}},
		{process.Exit{Code: -24, Signal: "SIGXCPU", User: time.Second}, "", "its process was ended by SIGXCPU", process.Limits{CPUTime: time.Minute}},
		{process.Exit{Code: -9, Signal: "SIGKILL", User: 59 * time.Second}, "", "its process was ended by SIGKILL", process.Limits{CPUTime: time.Minute}},
		{process.Exit{Code: -9, Signal: "SIGKILL", User: 59 * time.Second, System: time.Second}, "", "its process was ended by its CPU time limit of 1m0s", process.Limits{CPUTime: time.Minute}},
	} {
		if got := inWords("copy-1", row.exit, row.limits, row.stderr); got != row.want {
			t.Errorf("%q, want %q", got, row.want)
		}
	}
}
