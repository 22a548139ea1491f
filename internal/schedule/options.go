package schedule

import (
	"context"
	"time"
)

// Options of a run.
type Options struct {
	Slots  int           // children at once, 1 at least
	Most   int           // most slots in a search for the fastest number, which begins at Slots; 0: no search
	Full   func()        // called once, when Slots children run for the first time
	Grace  time.Duration // from Terminate to Kill, and from Kill to abandoning the children
	Stop   <-chan Stop
	Cancel context.CancelFunc // called at the first Stop: Run takes no more batches, so the plan may end

	Look    time.Duration                    // interval between two readings of the progress; 0: never read
	Stall   time.Duration                    // longest time without progress that was possible; 0: no limit
	Timeout time.Duration                    // longest time for one item; 0: no limit
	Percent float64                          // the same in percent of the median of commands that ended well; 0: none
	Silence func(children int) time.Duration // time without progress until a Silent event; nil: no such event
	Retries int                              // further tries of an item whose failure may pass
	Longer  bool                             // an item that took longer than Timeout may take less the next time
	Output  bool                             // the children are commands, and their progress is output
	Delay   time.Duration                    // shortest time between two starts

	// Room returns how many more children the machine has room for, and why not for more.
	// A negative number is how many run too many. Run calls it about once a second at most.
	// Nil means room for any number.
	Room func() (more int, why string)

	// Changes brings a new number of slots whenever somebody wants another, at most Limit; 0: as many as Limit. No
	// child is ended for it. Nil: nobody does.
	Changes <-chan int
	Limit   int
}
