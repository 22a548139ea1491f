package event

// only1 has the fields that only version 1 has.
type only1 struct {
	Jobs int `json:"jobs"`
}

// from1 translates an event of version 1 into version 2.
//
// In version 1 some fields had a meaning for each kind. Version 2 has a field for each meaning:
//
//	jobs   slots; of submitted and pending: tasks
//	files  items; of finished still files
//	ppid   ppid; of signalled: sender
//	task   task; of submitted: array
//	phase  phase; of adjusted: trying
func from1(e Event, old only1) Event {
	switch e.Kind {
	case Submitted:
		e.Tasks, e.Array, e.Task = old.Jobs, e.Task, ""
	case Pending:
		e.Tasks = old.Jobs
	default:
		e.Slots = old.Jobs
	}
	switch e.Kind {
	case Begun:
		e.Version = 2
	case Adjusted:
		e.Trying, e.Phase = e.Phase == "trying", ""
	case Signalled:
		e.Sender, e.PPID = e.PPID, 0
	}
	if e.Kind != Finished {
		e.Items, e.Files = e.Files, 0
	}
	return e
}
