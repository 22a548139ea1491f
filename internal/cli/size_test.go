//go:build unix

package cli

import "testing"

func TestParseSize(t *testing.T) {
	for s, want := range map[string]int64{
		"0": 0, "1": 1, "4096": 4096, "1K": 1 << 10, "500k": 500 << 10, "10M": 10 << 20,
		"1.5G": 3 << 29, "2T": 2 << 40, "1P": 1 << 50,
		"10MiB": 10 << 20, "10MB": 10e6, "1 GiB": 1 << 30, "7B": 7,
		"": -1, "K": -1, "-1": -1, "-1M": -1, "10X": -1, "1e3": -1, "ten": -1, "9000P": -1,
		"99999999999999999999": -1, "NaN": -1, "Inf": -1, "\x1b": -1,
	} {
		got, err := parseSize(s)
		if want < 0 && err == nil || want >= 0 && (got != want || err != nil) {
			t.Errorf("%q: %d, %v, want %d", s, got, err, want)
		}
	}
}

func TestParseRate(t *testing.T) {
	for s, want := range map[string]int64{
		"off": 0, "0": 0, "0K": 0, "4K": 4 << 10, "1.5G": 3 << 29,
		"1": -1, "4095": -1, "3K": -1, "OFF": -1, "none": -1, "": -1, "-4K": -1,
	} {
		got, err := parseRate(s)
		if want < 0 && err == nil || want >= 0 && (got != want || err != nil) {
			t.Errorf("%q: %d, %v, want %d", s, got, err, want)
		}
	}
}
