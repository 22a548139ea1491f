package cli

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"brood/internal/run"
)

// readPace reads when commands may start, and how long they may take or be silent.
func readPace(c *cli.Context, spec *run.Spec) (err error) {
	if spec.Delay, err = durationIfSet(c, "delay"); err != nil {
		return err
	}
	if spec.Stall, err = durationIfSet(c, "stall"); err != nil {
		return err
	}
	if spec.Stall > 0 && c.Bool("ungroup") {
		return errors.New("--stall and --ungroup: brood does not see the output of commands, so it knows no silence")
	}
	percent, relative := strings.CutSuffix(c.String("timeout"), "%")
	if !relative {
		spec.Timeout, err = durationIfSet(c, "timeout")
		return err
	}
	spec.Percent, err = strconv.ParseFloat(percent, 64)
	if err != nil || !(spec.Percent > 100) || math.IsInf(spec.Percent, 0) {
		return fmt.Errorf("--timeout %q: want more than 100%% of the median, as 200%%, or a time, as 90s",
			c.String("timeout"))
	}
	return nil
}
