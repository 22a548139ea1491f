package filecopy_test

import (
	"fmt"
	"testing"

	"brood/internal/filecopy"
)

func BenchmarkFile(b *testing.B) {
	for _, size := range []int{4 << 10, 1 << 20, 256 << 20} {
		b.Run(fmt.Sprintf("%dKiB", size>>10), func(b *testing.B) {
			e := newEnds(b)
			write(b, e.src, "f", noise(size), 0o644)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				_, err := e.copy("f", filecopy.Options{})
				must(b, err)
				// Renaming over a file is slow on ext4, which then writes
				// the new one out (auto_da_alloc in ext4(5)).
				must(b, e.dst.Remove("f"))
			}
		})
	}
}
