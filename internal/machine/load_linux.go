package machine

func load() (int, error) {
	text, err := ReadFile("/proc/stat")
	if err != nil {
		return 0, err
	}
	running, err := Number("/proc/stat", text, "procs_running ")
	if err != nil {
		return 0, err
	}
	blocked, err := Number("/proc/stat", text, "procs_blocked ")
	return int(max(running-1, 0) + blocked), err
}

func availableMemory() (int64, error) {
	text, err := ReadFile("/proc/meminfo")
	if err != nil {
		return 0, err
	}
	kibibytes, err := Number("/proc/meminfo", text, "MemAvailable:")
	return kibibytes << 10, err
}
