// Package cpu tells the libraries of package digest which vector instructions this CPU has, when the build tag noasm
// keeps package cpuid from asking.
//
// Package cpuid asks for everything that a CPU can tell, in the start of each process: a hundred CPUID instructions. A
// virtual machine leaves each of them to its host. Measured, they were 15 % of the CPU time of a child with a small
// file. The libraries need to know of three extensions, which take three CPUID instructions.
//
// The libraries read cpuid.CPU when they are initialised. This package is initialised before them, as its import path
// comes first (The Go Programming Language Specification, "Program initialization").
package cpu
