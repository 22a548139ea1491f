package process

// Load is how many threads run or wait for a CPU now, and how many wait for a disk, without the caller: the columns r and
// b of vmstat(8), which GNU parallel's --load counts, too. (The load average is that over a minute, and says of a
// machine that was busy just now that it still is, and of one that has just become so that it is not.) Only Linux tells.
func Load() (int, error) { return load() }

// AvailableMemory is how many bytes new processes can have before the system swaps (MemAvailable,
// proc_meminfo(5)). Only Linux tells.
func AvailableMemory() (int64, error) { return availableMemory() }
