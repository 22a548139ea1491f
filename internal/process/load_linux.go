package process

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

func load() (int, error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, err
	}
	running, err := numberAfter("/proc/stat", text, "procs_running ")
	if err != nil {
		return 0, err
	}
	blocked, err := numberAfter("/proc/stat", text, "procs_blocked ")
	return int(max(running-1, 0) + blocked), err
}

func availableMemory() (int64, error) {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, err
	}
	kibibytes, err := numberAfter("/proc/meminfo", text, "MemAvailable:")
	return kibibytes << 10, err
}

// numberAfter is the number after a key at the beginning of a line.
func numberAfter(file string, text []byte, key string) (int64, error) {
	n, err := strconv.ParseInt(wordAfter(text, key), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%s: %s: %w", file, strings.TrimSpace(key), err)
	}
	return n, nil
}
