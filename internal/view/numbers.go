package view

import (
	"fmt"
	"strconv"
	"time"
)

// This file formats numbers by hand. A library would cost each child time at its start (go-humanize: 0.1 ms).

// Bytes formats a size in units of 1024: 7 B, 1.5 KiB, 320 MiB.
func Bytes(n int64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}
	size, unit := float64(n), 0
	for size >= 1023.5 && unit < len(units)-1 { // 1023.5 would round to 1024, which is 1.0 of the next unit
		size /= 1024
		unit++
	}
	if unit > 0 && size < 9.95 {
		return fmt.Sprintf("%.1f %s", size, units[unit])
	}
	return fmt.Sprintf("%.0f %s", size, units[unit])
}

// count formats a number with a comma before each three digits: 1,234,567.
func count(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// clock formats a duration as 0:05, 12:34 or 1:02:03.
func clock(d time.Duration) string {
	s := int(d.Round(time.Second).Seconds())
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// spoken formats a duration as 5 s, 12 min 34 s or 1 h 2 min.
func spoken(d time.Duration) string {
	switch s := int(d.Round(time.Second).Seconds()); {
	case s >= 3600:
		return fmt.Sprintf("%s h %d min", count(s/3600), s/60%60)
	case s >= 60:
		return fmt.Sprintf("%d min %d s", s/60, s%60)
	default:
		return fmt.Sprintf("%d s", s)
	}
}

// took formats a duration in seconds as 0.004 s, or as clock does if it is long.
func took(seconds float64) string {
	if seconds < 99.9995 {
		return fmt.Sprintf("%.3f s", seconds)
	}
	return clock(time.Duration(seconds * float64(time.Second)))
}
