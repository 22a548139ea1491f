package machine

// Load counts the threads that run or wait for a CPU now, and the threads that wait for a disk. It leaves out
// the caller. These are the columns r and b of vmstat(8), which GNU parallel's --load counts too. The load
// average would lag behind: it is an average over one minute.
func Load() (int, error) { return load() }

// AvailableMemory is the number of bytes that new processes can have before the system swaps (MemAvailable,
// proc_meminfo(5)).
func AvailableMemory() (int64, error) { return availableMemory() }
