package run

import "brood/internal/jobs"

// shareSlots lets brood limit change the number of slots. Where processes cannot share it, the result is nil, which
// never changes.
func shareSlots(spec *Spec) *jobs.Shared {
	n := spec.Slots
	if spec.Auto {
		n = jobs.Auto
	}
	shared, err := jobs.Share(n)
	if err != nil {
		return nil
	}
	return shared
}
