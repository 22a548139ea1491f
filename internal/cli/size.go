package cli

import (
	"fmt"
	"math"
	"strings"

	"github.com/dustin/go-humanize"

	"brood/internal/pace"
	"brood/internal/view"
)

// parseSize reads bytes as GNU's tools do: 10M and 10MiB are 10·2^20, 10MB is 10·10^6.
func parseSize(s string) (int64, error) {
	unit := s
	if s != "" && strings.ContainsAny(s[len(s)-1:], "KMGTPkmgtp") {
		unit += "iB"
	}
	n, err := humanize.ParseBytes(unit)
	if err != nil || n > math.MaxInt64 {
		return 0, fmt.Errorf("%q: want bytes, as 500K, 10M or 1.5G", s)
	}
	return int64(n), nil
}

// noRate is how no rate is said.
const noRate = "off"

// parseRate reads bytes a second, 0 for none.
func parseRate(s string) (int64, error) {
	if s == noRate {
		return 0, nil
	}
	rate, err := parseSize(s)
	if err != nil {
		return 0, fmt.Errorf("%w (a second), or %s", err, noRate)
	}
	if rate != 0 && rate < pace.MinRate {
		return 0, fmt.Errorf("%q: want 4K (bytes a second) or more, or %s", s, noRate)
	}
	return rate, nil
}

// rateInWords is what parseRate has read.
func rateInWords(rate int64) string {
	if rate == 0 {
		return noRate
	}
	return view.Bytes(rate) + "/s"
}
