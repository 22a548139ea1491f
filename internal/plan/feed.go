package plan

import "context"

// folder is a folder of the source that the walk has entered.
type folder struct {
	name  string
	in    *folder // nil for the topmost
	fresh bool    // the destination has none of that name, so nothing in it either

	left   bool // the walk is through with it
	open   int  // files and folders in it that are not done
	wanted bool // something in it is copied
}

// feed makes jobs of what the walk finds and of folders that become ready. It is
// one goroutine, which owns all that is below.
type feed struct {
	*Plan
	found <-chan entry // nil when the walk is over

	files    Job // being filled
	size     int // of its names, as arguments
	lane     []string
	laneBusy bool
	running  int // jobs of files under way
}

func newFeed(p *Plan) *feed { return &feed{Plan: p, found: p.found} }

func (f *feed) run(ctx context.Context) {
	defer close(f.ended)
	defer close(f.jobs)
	for {
		job, ready := f.next()
		if !ready && f.over() {
			return
		}
		jobs, found := f.jobs, f.found
		if !ready {
			jobs = nil
		}
		if ready && !job.Folders || len(f.lane) >= laneAhead {
			found = nil // the walk waits
		}
		select {
		case jobs <- job:
			f.given(job)
		case e, open := <-found:
			if !open {
				f.found = nil
				continue
			}
			f.take(e)
		case j := <-f.done:
			f.completed(j)
		case <-ctx.Done():
			return
		}
	}
}

// next is the job that could be started now.
func (f *feed) next() (Job, bool) {
	walked := f.found == nil
	switch {
	case f.full() || walked && len(f.files.Names) > 0:
		return f.files, true
	case !f.laneBusy && (len(f.lane) >= laneJob || walked && f.running == 0 && len(f.lane) > 0):
		return Job{Folders: true, Names: f.lane[:f.laneFits()]}, true
	}
	return Job{}, false
}

func (f *feed) over() bool {
	return f.found == nil && f.running == 0 && !f.laneBusy && len(f.lane) == 0 && len(f.files.Names) == 0
}

// full tells whether the job of files takes no more; the next name could have the length of a path.
func (f *feed) full() bool {
	const path = 4096
	n := len(f.files.Names)
	return n >= f.opts.PerChild || n > 0 && f.opts.ArgRoom > 0 && f.size+path+9 > f.opts.ArgRoom
}

// laneFits is how many of the lane fit into one job.
func (f *feed) laneFits() int {
	size := 0
	for i, name := range f.lane {
		size += len(name) + 9
		if i == laneJob || i > 0 && f.opts.ArgRoom > 0 && size > f.opts.ArgRoom {
			return i
		}
	}
	return len(f.lane)
}

func (f *feed) given(j Job) {
	if j.Folders {
		f.lane = append([]string(nil), f.lane[len(j.Names):]...)
		f.laneBusy = true
		return
	}
	f.files, f.size = Job{}, 0
	f.running++
}

func (f *feed) take(e entry) {
	switch e.kind {
	case entered:
		if e.folder.in != nil {
			e.folder.in.open++
		}
	case left:
		e.folder.left = true
		f.settle(e.folder)
	case link:
		e.folder.wanted = true
		f.lane = append(f.lane, e.name)
	case file:
		e.folder.wanted = true
		e.folder.open++
		f.files.Names = append(f.files.Names, e.name)
		f.files.Bytes += e.size
		f.files.folders = append(f.files.folders, e.folder)
		f.size += len(e.name) + 9
	}
}

func (f *feed) completed(j Job) {
	if j.Folders {
		f.laneBusy = false
		return
	}
	f.running--
	for _, in := range j.folders {
		in.open--
		f.settle(in)
	}
}

// settle puts the folder into the lane once all that is in it is done, and then perhaps the one it is in.
func (f *feed) settle(d *folder) {
	for d != nil && d.left && d.open == 0 {
		if d.in != nil {
			d.in.open--
			d.in.wanted = d.in.wanted || d.wanted
		}
		if d.wanted || len(f.opts.Include) == 0 {
			f.lane = append(f.lane, d.name)
		}
		d = d.in
	}
}
