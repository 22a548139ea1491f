package run

import (
	"errors"
	"fmt"

	"github.com/hashicorp/go-hclog"

	"brood/internal/confine"
	"brood/internal/filecopy"
	"brood/internal/process"
	"brood/internal/target"
)

// prepare takes what this process needs for its children, then drops the rights that none
// of them needs. So each child is spared that.
func prepare(spec *Spec) error {
	if !spec.Compare && !spec.DryRun {
		if err := filecopy.Available(); err != nil {
			return err
		}
	}
	// A priority that only root may set must be taken before the rights go.
	if err := process.Prepare(spec.Limits); err != nil {
		return err
	}
	return confine.Privileges(target.Capabilities(spec.Compare, spec.Archive), spec.Confine)
}

// canConfine returns an error when --confine always cannot be kept. Otherwise it warns, but
// not about a kernel without Landlock, which the user cannot change.
func canConfine(spec *Spec) error {
	if spec.Confine == confine.Never {
		return nil
	}
	err := confine.Available()
	switch {
	case err == nil:
	case spec.Confine == confine.Always:
		return fmt.Errorf("--confine always: %w", err)
	case errors.Is(err, confine.ErrThreads):
		Note(spec.Log, hclog.Warn, "children are not confined: "+err.Error())
	}
	return nil
}
