package plan

import (
	"context"
	"io"
	"path"
)

// Listed is a plan that was made elsewhere: the batches of a List.
//
//	files:           the list ─▶ so many names a batch, or so much work ─▶ Batches
//	folders, links:  the list ─▶ batch ─▶ Batches ─▶ schedule ─▶ Done ─▶ the next batch
type Listed struct {
	First string // of the names in the list,
	Files int    // how many these are
	Bytes int64  // of the files

	lane    bool // it is one of folders and links
	opts    Options
	batches chan Batch
	done    chan struct{}
	over    chan struct{}
}

// OpenList reads a list from its beginning to its end, and is an error unless it is whole.
// opts say what a batch is: PerChild, Guided, Slots and ArgRoom. take, when it is not nil, is called
// for each name, with the size of a file.
func OpenList(r io.Reader, opts Options, take func(name string, size int64)) (*Listed, error) {
	l := &Listed{opts: opts, batches: make(chan Batch), done: make(chan struct{}), over: make(chan struct{})}
	list, err := newListReader(r)
	for err == nil {
		var e entry
		if e, err = list.next(); err != nil {
			break
		}
		if l.Files++; l.Files == 1 {
			l.First = e.name
		}
		l.Bytes += e.size
		if take != nil {
			take(e.name, e.size)
		}
	}
	l.lane = list.batch > 0
	if err != io.EOF {
		return nil, err
	}
	return l, nil
}

// Start begins to hand out the batches of the list, which r has from its beginning. Batches closes
// when all are handed out, and done where they are to be done in order, or soon after
// ctx is done, or r has an error, which Wait returns.
func (l *Listed) Start(ctx context.Context, r io.Reader) (wait func() error) {
	ended := make(chan error, 1)
	go func() {
		defer close(l.batches)
		defer close(l.over)
		list, err := newListReader(r)
		if err == nil && l.lane {
			err = l.inOrder(ctx, list)
		} else if err == nil {
			err = l.shared(ctx, list)
		}
		ended <- err
	}()
	return func() error { return <-ended }
}

// Folders tells whether the list is one of folders and links.
func (l *Listed) Folders() bool { return l.lane }

// Batches are the batches that can be started now.
func (l *Listed) Batches() <-chan Batch { return l.batches }

// Done says that a batch has ended.
func (l *Listed) Done(Batch) {
	if !l.lane {
		return
	}
	select {
	case l.done <- struct{}{}:
	case <-l.over:
	}
}

// shared hands out files, in batches as Options have them.
func (l *Listed) shared(ctx context.Context, list *listReader) error {
	waiting := newFileQueue(l.opts)
	in := &folder{}
	for ended := false; ; {
		batch, ready := waiting.next(ended)
		if ended || waiting.enough(ready) {
			if !ready {
				return nil
			}
			select {
			case l.batches <- batch:
				waiting.given()
				continue
			case <-ctx.Done():
				return nil
			}
		}
		e, err := list.next()
		switch ended = err == io.EOF; {
		case ended:
			continue
		case err != nil:
			return err
		}
		if dir := path.Dir(e.name); dir != in.name {
			in = &folder{name: dir}
		}
		e.folder = in
		waiting.add(e)
	}
}

// inOrder hands out the batches as they are in the list, each when the one before is done. Where
// not all names of one fit on a command line, they are several.
func (l *Listed) inOrder(ctx context.Context, list *listReader) error {
	var next Batch
	at := 0
	for {
		e, err := list.next()
		if err == nil && list.batch == at && len(next.Items) < laneBatch {
			next.add(e)
			continue
		}
		for len(next.Items) > 0 {
			next.Folders = true
			n := next.fits(l.opts.ArgRoom)
			if !l.oneByOne(ctx, next.front(n)) {
				return nil
			}
			next = next.after(n)
		}
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
		next, at = Batch{}, list.batch
		next.add(e)
	}
}

// oneByOne hands out a batch and waits until it is done; false when there is no more to do.
func (l *Listed) oneByOne(ctx context.Context, batch Batch) bool {
	select {
	case l.batches <- batch:
	case <-ctx.Done():
		return false
	}
	select {
	case <-l.done:
		return true
	case <-ctx.Done():
		return false
	}
}
