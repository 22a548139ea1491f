package cli

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"brood/internal/pace"
	"brood/internal/view"
)

// parseSize reads bytes as GNU's tools do: 10M and 10MiB are 10·2^20, 10MB is 10·10^6.
func parseSize(s string) (int64, error) {
	number := strings.TrimRight(s, "KMGTPEBkmgtpebi")
	scale, ok := scaleOf(strings.ToLower(s[len(number):]))
	number = strings.TrimSuffix(number, " ")
	n, err := strconv.ParseFloat(number, 64)
	if n *= scale; !ok || err != nil || strings.Trim(number, "0123456789.") != "" || n >= math.MaxInt64 {
		return 0, fmt.Errorf("%q: want bytes, as 500K, 10M or 1.5G", s)
	}
	return int64(n), nil
}

// scaleOf returns the number of bytes of a unit in lower case: k, kib, kb …
func scaleOf(unit string) (scale float64, ok bool) {
	if unit == "" || unit == "b" {
		return 1, true
	}
	power := float64(strings.Index("kmgtpe", unit[:1]) + 1)
	switch unit[1:] {
	case "", "ib":
		return math.Pow(1024, power), power > 0
	case "b":
		return math.Pow(1000, power), power > 0
	}
	return 0, false
}

// noRate is the word for no limit.
const noRate = "off"

// parseRate reads bytes a second; 0 means no limit.
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

// rateInWords is the inverse of parseRate.
func rateInWords(rate int64) string {
	if rate == 0 {
		return noRate
	}
	return view.Bytes(rate) + "/s"
}
