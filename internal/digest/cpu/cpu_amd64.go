//go:build noasm

package cpu

import "github.com/klauspost/cpuid/v2"

func init() {
	sse4, avx2, avx512 := extensions()
	cpuid.CPU.Enable(cpuid.SSE2) // part of amd64
	for id, has := range map[cpuid.FeatureID]bool{cpuid.SSE4: sse4, cpuid.AVX2: avx2, cpuid.AVX512F: avx512} {
		if has {
			cpuid.CPU.Enable(id)
		}
	}
}

// extensions tells which extensions the CPU has and the system lets programs use: Intel 64 and IA-32 Architectures
// Software Developer's Manual, volume 1, "Detection of Intel AVX2", and volume 2, "CPUID".
func extensions() (sse4, avx2, avx512 bool) {
	highest, _, _, _ := ask(0, 0)
	_, _, features, _ := ask(1, 0)
	sse4 = features&(1<<19) != 0
	const saved, avx = 1 << 27, 1 << 28 // OSXSAVE: the system saves the registers that enabled names
	if highest < 7 || features&saved == 0 || features&avx == 0 {
		return sse4, false, false
	}
	_, more, _, _ := ask(7, 0)
	const xmmAndYMM, zmm = 1<<1 | 1<<2, 1<<5 | 1<<6 | 1<<7
	registers := enabled()
	avx2 = more&(1<<5) != 0 && registers&xmmAndYMM == xmmAndYMM
	avx512 = more&(1<<16) != 0 && registers&(xmmAndYMM|zmm) == xmmAndYMM|zmm
	return sse4, avx2, avx512
}

// ask is the instruction CPUID.
func ask(leaf, subleaf uint32) (a, b, c, d uint32)

// enabled is the instruction XGETBV of register 0.
func enabled() uint32
