package schedule

import "time"

// setPause begins Options.Delay. Meanwhile startReady starts no child. Run takes one more batch all the same: otherwise
// it would learn the end of the plan only after the delay.
func (s *scheduler) setPause() {
	if s.opts.Delay > 0 {
		s.pause = time.After(s.opts.Delay)
	}
}
