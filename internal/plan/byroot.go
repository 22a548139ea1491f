package plan

// byRoot keeps the files of each root in a queue of its own, since a child works below one root.
// The walk leaves a root for good, so the queues of earlier roots hurry.
//
//	walk ─▶ root 2:  queue ── only when it is the first, full batches
//	        root 1:  queue ┐
//	        root 0:  queue ┴─ what they have ─▶ Batches
type byRoot struct {
	opts   Options
	root   int         // of the last queue
	queues []fileQueue // in the order of the walk; all but the last hold a file
}

func (q *byRoot) add(e entry) {
	n := len(q.queues)
	if n > 0 && e.folder.root != q.root && q.queues[n-1].waiting() == 0 {
		n--
		q.queues = q.queues[:n]
	}
	if n == 0 || e.folder.root != q.root {
		q.queues = append(q.queues, newFileQueue(q.opts))
		q.root = e.folder.root
	}
	q.queues[len(q.queues)-1].add(e)
}

func (q *byRoot) next(hurry bool) (Batch, bool) {
	if len(q.queues) == 0 {
		return Batch{}, false
	}
	return q.queues[0].next(hurry || len(q.queues) > 1)
}

func (q *byRoot) given() {
	q.queues[0].given()
	if len(q.queues) > 1 && q.queues[0].waiting() == 0 {
		q.queues = q.queues[1:]
	}
}

func (q *byRoot) waiting() (files int) {
	for _, queue := range q.queues {
		files += queue.waiting()
	}
	return files
}

// enough also lets the walk wait while an earlier root has files.
func (q *byRoot) enough(ready bool) bool {
	n := len(q.queues)
	return n > 1 && ready || n > 0 && q.queues[n-1].enough(ready)
}
