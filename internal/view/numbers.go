package view

import (
	"fmt"
	"strconv"
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
