package cli

import (
	"fmt"
	"strconv"
	"strings"

	"brood/internal/run"
)

// parseHalt reads the forms of GNU parallel's --halt that brood knows: "soon,fail=3", "now,fail=10%", "never".
func parseHalt(s string) (run.Halt, error) {
	if s == "never" {
		return run.Halt{}, nil
	}
	err := fmt.Errorf(
		"--halt %q: want never, or now or soon, and how many files may fail: soon,fail=3, now,fail=10%%", s)
	when, why, _ := strings.Cut(s, ",")
	value, ok := strings.CutPrefix(why, "fail=")
	if !ok || when != "now" && when != "soon" {
		return run.Halt{}, err
	}
	h := run.Halt{Asked: "--halt " + s, Now: when == "now"}
	if number, isPercent := strings.CutSuffix(value, "%"); isPercent {
		p, parseErr := strconv.ParseFloat(number, 64)
		if parseErr != nil || !(p > 0 && p <= 100) {
			return run.Halt{}, err
		}
		h.Percent = p
		return h, nil
	}
	n, parseErr := strconv.Atoi(value)
	if parseErr != nil || n < 1 {
		return run.Halt{}, err
	}
	h.Items = n
	return h, nil
}

// parseMaxErrors reads --max-errors N as --halt soon,fail=N; 0 is never.
func parseMaxErrors(n int) (run.Halt, error) {
	switch {
	case n < 0:
		return run.Halt{}, fmt.Errorf("--max-errors %d: want 0 (any number) or more", n)
	case n == 0:
		return run.Halt{}, nil
	}
	return run.Halt{Asked: fmt.Sprint("--max-errors ", n), Items: n}, nil
}
