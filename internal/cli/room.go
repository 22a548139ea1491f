package cli

import (
	"fmt"
	"math"
	"runtime"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"brood/internal/machine"
	"brood/internal/run"
)

// readRoom reads --load and --mem-free. It is an error where the system cannot tell.
func readRoom(c *cli.Context) (room run.Room, err error) {
	if load := c.String("load"); load != "" {
		if room.Load, err = parseLoad(load); err != nil {
			return room, err
		}
		room.LoadAsked = load
		if _, err = machine.Load(); err != nil {
			return room, fmt.Errorf("--load: %w", err)
		}
	}
	if memory := c.String("mem-free"); memory != "" {
		if room.Memory, err = parseSize(memory); err != nil {
			return room, fmt.Errorf("--mem-free %w", err)
		}
		if _, err = machine.AvailableMemory(); err != nil {
			return room, fmt.Errorf("--mem-free: %w", err)
		}
	}
	return room, nil
}

// parseLoad reads --load as GNU parallel does: a number of processes, or a percentage of the CPUs.
func parseLoad(s string) (float64, error) {
	number, percent := strings.CutSuffix(s, "%")
	n, err := strconv.ParseFloat(number, 64)
	if percent {
		n *= float64(runtime.NumCPU()) / 100
	}
	if err != nil || !(n > 0) || math.IsInf(n, 0) {
		return 0, fmt.Errorf("--load %q: want a number of processes above 0, or a percentage of the CPUs, as 100%%", s)
	}
	return n, nil
}
