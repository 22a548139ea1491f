package cli

import (
	"fmt"
	"strconv"
	"time"
)

// duration reads a flag's time: 90s, 1h30m, or a number of seconds; none is 0.
func duration(flag, s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(s)
	if _, noUnit := strconv.ParseFloat(s, 64); noUnit == nil {
		d, err = time.ParseDuration(s + "s")
	}
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%s %q: want a time, as 90s or 1h30m, or 0 for none", flag, s)
	}
	return d, nil
}
