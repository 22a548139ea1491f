// Package cpuid stands in for github.com/klauspost/cpuid/v2, from which the hashes'
// libraries learn which instructions they may use. That package asks the processor
// for everything it knows as soon as a program starts. Under a hypervisor each
// question leaves the virtual machine: 0.5 to 1.3 ms in each child, which has not
// much more to do than that for a small file. golang.org/x/sys/cpu asks for what
// matters.
//
// It has only what these libraries name, so that a version of them that wants more
// does not compile.
package cpuid

import "golang.org/x/sys/cpu"

// FeatureID is an instruction set that a processor may have.
type FeatureID int

// The instruction sets that the libraries ask for.
const (
	SSE2 FeatureID = iota
	SSE4           // SSE 4.1
	AVX2
	AVX512F
)

// CPUInfo is the processor that this runs on.
type CPUInfo struct{}

// CPU is that processor.
var CPU CPUInfo

// Has tells whether the processor, and the system with it, can do id. It is false
// for all of them where the processor is of another family.
func (CPUInfo) Has(id FeatureID) bool {
	switch id {
	case SSE2:
		return cpu.X86.HasSSE2
	case SSE4:
		return cpu.X86.HasSSE41
	case AVX2:
		return cpu.X86.HasAVX2
	case AVX512F:
		return cpu.X86.HasAVX512F
	}
	return false
}
