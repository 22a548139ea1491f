package schedule

import "brood/internal/event"

// change sets the number of slots that somebody wants now. It ends the search for the fastest number.
func (s *scheduler) change(asked int) {
	s.tuner, s.opts.Full = nil, nil
	e := event.Event{Kind: event.Adjusted, Slots: asked, Reason: event.ReasonLimit}
	if asked == 0 || asked > s.opts.Limit {
		e.Slots, e.Asked = s.opts.Limit, asked
	}
	s.want(e.Slots)
	s.emit(e)
}
