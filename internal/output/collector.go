package output

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"sync"
	"sync/atomic"

	"brood/internal/tempfile"
)

// Collector delivers the output of all commands of a run. Its methods may be called from several goroutines.
type Collector struct {
	options Options
	files   tempfile.Folder
	results *results     // nil for none
	spool   *spooler     // nil for none
	fulls   atomic.Int64 // how many times the disk was found full
	held    atomic.Int64
	failed  atomic.Pointer[error] // see Err
	broken  chan struct{}         // see Failed

	mu      sync.Mutex // also held while Out and Err are written
	to      [2]*destination
	next    int               // the number whose turn it is, if Ordered
	waiting map[int]*finished // ended before their turn; nil: without output
	live    map[int]*Output   // open, with mode Lines and Ordered
	late    error             // the first of Settle

	keptMu    sync.Mutex // not held while Out and Err are written
	kept      map[int]*kept
	keptFiles int // how many of them have files
}

// New prepares Options.Results. It is an error if files cannot be made there or in Options.Dir.
func New(o Options) (*Collector, error) {
	if o.Mode == Raw && (o.Ordered || o.Results != "") {
		return nil, errors.New("raw output can be neither ordered nor stored")
	}
	if o.Dir == "" {
		o.Dir = os.TempDir()
	}
	c := &Collector{
		options: o, next: 1, broken: make(chan struct{}),
		waiting: map[int]*finished{}, live: map[int]*Output{}, kept: map[int]*kept{},
	}
	c.to = destinations(o)
	if o.Mode == Raw {
		return c, nil
	}
	if o.Spool != nil {
		c.spool = &spooler{file: o.Spool}
	}
	var err error
	if c.results, err = openResults(o.Results); err != nil {
		return nil, fmt.Errorf("results in %q: %w", o.Results, cause(err))
	}
	c.files.Path = c.folder()
	f, err := c.files.Create()
	if err != nil {
		return nil, errors.Join(err, c.results.close())
	}
	f.Close()
	return c, nil
}

// Settle says that no attempt at the number comes any more. If an attempt was closed as not the last, its output is
// printed and stored now; [Collector.Close] returns the error. Later numbers do not wait any more. Settle does nothing
// if the last attempt was closed. It blocks while Out or Err does. Close each attempt first.
func (c *Collector) Settle(seq int) {
	var err error
	if k := c.takeKept(seq); k != nil {
		err = c.deliverKept(k)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.late = cmp.Or(c.late, err)
	if !c.options.Ordered {
		return
	}
	if _, ended := c.waiting[seq]; !ended && seq >= c.next {
		c.waiting[seq] = nil
		c.advance()
	}
}

// Held returns how many outputs wait for an earlier one. Each uses up to 8 KiB of memory or two descriptors, so start
// no more commands when there are many. A command without output is not counted. Held does not block.
func (c *Collector) Held() int { return int(c.held.Load()) }

// Err returns the first error of writing to Out or Err, or of reading an output back. After an error of writing, the
// rest for that file is dropped. With Raw it is EPIPE if a command has ended when nobody read Out any more. Err does
// not block.
func (c *Collector) Err() error {
	if err := c.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// Failed returns a channel that is closed when Err has an error.
func (c *Collector) Failed() <-chan struct{} { return c.broken }

// fail sets the first error.
func (c *Collector) fail(err error) {
	if c.failed.CompareAndSwap(nil, &err) {
		close(c.broken)
	}
}

// Close prints the outputs that still wait. It returns Err, the first error of Settle, and that the file of the results
// cannot be closed. Close each Output first, and settle its number.
func (c *Collector) Close() error {
	for seq := range maps.Clone(c.kept) {
		c.supersede(seq)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, seq := range slices.Sorted(maps.Keys(c.waiting)) {
		if f := c.waiting[seq]; f != nil {
			c.print(*f)
		}
	}
	clear(c.waiting)
	c.held.Store(0)
	return errors.Join(c.Err(), c.late, c.results.close())
}
