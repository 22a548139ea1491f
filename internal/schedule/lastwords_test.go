package schedule

import (
	"strings"
	"testing"
	"time"

	"brood/internal/process"
)

func TestLastWords(t *testing.T) {
	long := "panic: out of tune\n" + strings.Repeat("x", 3*beginSize) + "middle" +
		strings.Repeat("y", 2*endSize) + "the end"
	for name, text := range map[string]string{
		"nothing": "", "short": "a\nb", "just fits": strings.Repeat("z", beginSize+endSize), "long": long,
	} {
		var words lastWords
		if n, err := words.ReadFrom(strings.NewReader(text)); n != int64(len(text)) || err != nil {
			t.Errorf("%s: read %d, %v", name, n, err)
		}
		got := words.String()
		var atOnce lastWords
		n, err := atOnce.Write([]byte(text))
		if n != len(text) || err != nil || atOnce.String() != got || cap(atOnce.end) > 2*endSize {
			t.Errorf("%s: one Write: %d, %v, %d bytes of memory, %.30q …", name, n, err, cap(atOnce.end), &atOnce)
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
	const trace = "Process copy-1:\npanic: out of tune\n\ngoroutine 1"
	const noMemory = "fatal error: runtime: out of memory"
	const goOn = "\n\nruntime stack:"
	cpu, memory := process.Limits{CPUTime: time.Minute}, process.Limits{Memory: 64 << 20}
	killed := func(user, system time.Duration) process.Exit {
		return process.Exit{Code: -9, Signal: "SIGKILL", User: user, System: system}
	}
	overCPU := func(user time.Duration) process.Exit {
		return process.Exit{Code: -24, Signal: "SIGXCPU", User: user}
	}
	for _, row := range []struct {
		exit   process.Exit
		stderr string
		limits process.Limits
		want   string // after "its process "
	}{
		{process.Exit{Code: 3}, "", process.Limits{}, "ended with exit code 3"},
		{killed(0, 0), "", process.Limits{}, "was ended by SIGKILL"},
		{process.Exit{Code: 1}, trace, process.Limits{}, "ended with exit code 1: panic: out of tune"},
		{process.Exit{Code: 2}, "fatal error: x\n", process.Limits{}, "ended with exit code 2: fatal error: x"},
		{process.Exit{Code: 2}, noMemory + goOn, cpu, "ended with exit code 2: " + noMemory},
		{process.Exit{Code: 2}, noMemory + goOn, memory, "was ended by its memory limit of 64 MiB"},
		{overCPU(61 * time.Second), "", cpu, "was ended by its CPU time limit of 1m0s"},
		{overCPU(time.Second), "", cpu, "was ended by SIGXCPU"},
		{killed(59*time.Second, 0), "", cpu, "was ended by SIGKILL"},
		{killed(59*time.Second, time.Second), "", cpu, "was ended by its CPU time limit of 1m0s"},
	} {
		if got := inWords("copy-1", row.exit, row.limits, row.stderr); got != "its process "+row.want {
			t.Errorf("%q, want %q", got, "its process "+row.want)
		}
	}
}
