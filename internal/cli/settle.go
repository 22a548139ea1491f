package cli

import (
	"errors"
	"fmt"

	"github.com/hashicorp/go-hclog"

	"brood/internal/confine"
	"brood/internal/filecopy"
	"brood/internal/process"
	"brood/internal/target"
)

// canConfine is an error under --confine always where children cannot be confined. Else
// it warns, but not of a kernel without Landlock, which the user cannot change.
func (o options) canConfine(std Streams) error {
	if o.confine == confine.Never {
		return nil
	}
	err := confine.Available()
	switch {
	case err == nil:
	case o.confine == confine.Always:
		return fmt.Errorf("confine always: %w", err)
	case errors.Is(err, confine.ErrThreads):
		o.say(std.Err, hclog.Warn, "children are not confined: "+err.Error())
	}
	return nil
}

// settleDown takes what this process needs for its children, and gives up what they are to do without, which they
// need not each for itself then.
func settleDown(opts options) error {
	if !opts.compare && !opts.dryRun {
		if err := filecopy.Available(); err != nil {
			return err
		}
	}
	// A priority that needs root's rights is taken while they are there.
	if err := process.Prepare(opts.limits); err != nil {
		return err
	}
	return confine.Privileges(target.Capabilities(opts.compare, opts.copy.Archive), opts.confine)
}
