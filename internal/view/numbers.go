package view

import (
	"fmt"
	"strconv"
)

// Numbers for people are written here rather than by a library: each child would pay
// for what that prepares at the start of the program (go-humanize: 0.1 ms).

// Bytes is a size in units of 1024, with two digits at the least: 7 B, 1.5 KiB, 320 MiB.
func Bytes(n int64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}
	size, unit := float64(n), 0
	for size >= 1023.5 && unit < len(units)-1 { // what would be rounded to 1024 is 1.0 of the next
		size /= 1024
		unit++
	}
	if unit > 0 && size < 9.95 {
		return fmt.Sprintf("%.1f %s", size, units[unit])
	}
	return fmt.Sprintf("%.0f %s", size, units[unit])
}

// count is a number with a comma before each three digits: 1,234,567.
func count(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
