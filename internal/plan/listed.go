package plan

import (
	"context"
	"io"
	"path"
)

// Listed is a plan that another machine made and wrote as a List.
//
//	files:           list ─▶ batches as Options ask for ─▶ Batches
//	folders, links:  list ─▶ batch ─▶ Batches ─▶ schedule ─▶ Done ─▶ the next batch
type Listed struct {
	First string // first name in the list
	Files int    // number of names
	Bytes int64  // total size of the files
	Roots int    // roots that the names are in: one more than the highest number

	lane    bool // a list of folders and links
	opts    Options
	batches chan Batch
	done    chan struct{}
	over    chan struct{}
}

// OpenList reads a list to its end. It returns an error unless the list is complete. The batches
// follow PerChild, Guided, Slots and ArgRoom of opts. If take is not nil, OpenList calls it for
// each name, with the number of its root and the size of a file.
func OpenList(r io.Reader, opts Options, take func(root int, name string, size int64)) (*Listed, error) {
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
		l.Roots = max(l.Roots, e.folder.root+1)
		if take != nil {
			take(e.folder.root, e.name, e.size)
		}
	}
	l.lane = list.batch > 0
	if err != io.EOF {
		return nil, err
	}
	return l, nil
}

// Start reads the list once more, from r, and begins to hand out its batches. Batches closes
// after the last one; in a list of folders and links, when that one is done. It also closes soon
// after ctx is done, or r fails. wait returns the error of r.
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

// Folders reports whether this is a list of folders and links.
func (l *Listed) Folders() bool { return l.lane }

// Batches returns the channel of the batches that can start now.
func (l *Listed) Batches() <-chan Batch { return l.batches }

// Done tells the plan that a batch has ended.
func (l *Listed) Done(Batch) {
	if !l.lane {
		return
	}
	select {
	case l.done <- struct{}{}:
	case <-l.over:
	}
}

// shared hands out files, in batches as Options ask for.
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
			in = &folder{name: dir, root: e.folder.root}
		}
		e.folder = in
		waiting.add(e)
	}
}

// inOrder hands out the batches of the list, each when the one before it is done. It divides a
// batch whose names do not fit on a command line.
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

// oneByOne hands out a batch and waits until it is done. It returns false if ctx is done before that.
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
