//go:build !linux

package process

type peak struct{}

func openPeak() peak { return peak{} }

func (peak) leave() {}

func peakLeft(int) int64 { return 0 }

// truePeak is the kernel's figure. Only on Linux it is known that the figure may be the parent's.
func truePeak(_, usage int64) int64 { return usage }
