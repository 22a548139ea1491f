package view

import (
	"math"
	"testing"
)

func TestBytes(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 B", 9: "9 B", 1023: "1023 B", 1024: "1.0 KiB", 1536: "1.5 KiB",
		10_188: "9.9 KiB", 10_189: "10 KiB", 10_240: "10 KiB", 1<<20 - 513: "1023 KiB",
		1<<20 - 1: "1.0 MiB", 82_854_982: "79 MiB", 5 << 40: "5.0 TiB", math.MaxInt64: "8.0 EiB",
	} {
		if got := Bytes(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int]string{
		0: "0", 999: "999", 1000: "1,000", 12_345: "12,345", 123_456: "123,456", 1_234_567: "1,234,567",
		-999: "-999", -1000: "-1,000", -123_456: "-123,456",
	} {
		if got := count(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}
