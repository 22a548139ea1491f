package cli

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"brood/internal/process"
)

// readLimits reads what each child may take of the machine.
func readLimits(c *cli.Context) (l process.Limits, err error) {
	l.Nice = c.Int("nice")
	if l.CPUTime, err = duration("cpu-time", c.String("cpu-time")); err != nil {
		return l, err
	}
	if s := c.String("memory"); s != "" {
		if l.Memory, err = parseSize(s); err != nil {
			return l, fmt.Errorf("memory %w", err)
		}
	}
	if s := c.String("ionice"); s != "" {
		if l.IO, err = process.ParseIOPriority(s); err != nil {
			return l, err
		}
	}
	return l, l.Validate()
}
