//go:build noasm && amd64

package cpu_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/cpuid/v2"

	_ "brood/internal/digest/cpu"
)

// The libraries use the extensions that the kernel tells of.
func TestExtensions(t *testing.T) {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		t.Fatal(err)
	}
	_, flags, _ := strings.Cut(string(text), "\nflags")
	flags, _, _ = strings.Cut(flags, "\n")
	has := strings.Fields(flags)
	for name, id := range map[string]cpuid.FeatureID{
		"sse2": cpuid.SSE2, "sse4_1": cpuid.SSE4, "avx2": cpuid.AVX2, "avx512f": cpuid.AVX512F,
	} {
		if got, want := cpuid.CPU.Has(id), slices.Contains(has, name); got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}
