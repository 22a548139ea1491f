package event

// appendEvent appends e as one line of JSON: the fields in the order of the struct, then the exact bytes of names. A
// test compares it with what encoding/json makes of the tags of the struct. Only reading uses these tags. A child
// writes one event or a few, and would pay for the first use of encoding/json with each start.
func appendEvent(line []byte, e *Event) ([]byte, error) {
	files, bytes, duration := e.Files, e.Bytes, e.Duration
	if e.Totals != nil {
		files, bytes, duration = 0, 0, 0 // Finished has them at its end
	}
	o := object{text: append(line, '{')}
	o.time("time", e.Time)
	o.word("kind", string(e.Kind))

	o.string("name", e.Name)
	o.integer("pid", e.PID)
	o.integer("ppid", e.PPID)
	o.integer("sender", e.Sender)
	o.integer("group", e.Group)

	o.string("node", e.Node)
	o.string("task", e.Task)
	o.string("array", e.Array)

	o.paths("command", e.Command)
	o.paths("inputs", e.Inputs)
	o.integer("seq", e.Seq)

	o.path("file", e.File)
	o.integer("items", e.Items)
	o.integer("files", files)
	o.integer("tasks", e.Tasks)

	o.long("bytes", bytes)
	o.long("size", e.Size)
	o.number("duration", duration)
	o.string("method", e.Method)
	o.string("phase", e.Phase)

	o.string("hash", e.Hash)
	o.string("digest", e.Digest)
	o.long("resumed", e.Resumed)
	o.integer("retries", e.Retries)
	o.list("lost", e.Lost)

	if e.ExitCode != nil {
		o.count("exitcode", *e.ExitCode)
	}
	o.string("signal", e.Signal)
	o.number("user", e.User)
	o.number("system", e.System)
	o.long("maxrss", e.MaxRSS)
	o.number("zombie", e.Zombie)
	o.integer("threads", e.Threads)
	o.list("pipes", e.Pipes)
	o.string("stdout", e.Stdout)
	o.string("stderr", e.Stderr)

	o.string("state", e.State)
	o.string("wchan", e.WChan)

	o.integer("attempt", e.Attempt)
	o.number("delay", e.Delay)

	o.string("error", e.Error)
	o.boolean("transient", e.Transient)
	o.string("reason", e.Reason)

	o.integer("version", e.Version)
	o.path("source", e.Source)
	o.paths("sources", e.Sources)
	o.path("dest", e.Dest)
	o.integer("slots", e.Slots)
	o.integer("asked", e.Asked)
	o.boolean("auto", e.Auto)
	o.boolean("trying", e.Trying)
	o.boolean("dry_run", e.DryRun)
	o.boolean("verify", e.Verify)

	if e.Totals != nil {
		o.totals(e.Totals)
	}

	o.base64("file_base64", e.File)
	o.base64("source_base64", e.Source)
	o.base64("dest_base64", e.Dest)
	o.base64s("sources_base64", e.Sources)
	o.base64s("command_base64", e.Command)
	o.base64s("inputs_base64", e.Inputs)

	if e.Totals != nil {
		o.count("files", e.Files)
		o.whole("bytes", e.Bytes)
		o.amount("duration", e.Duration)
	}
	o.text = append(o.text, "}\n"...)
	return o.text, o.err
}

func (o *object) totals(t *Totals) {
	o.count("links", t.Links)
	o.count("skipped", t.Skipped)
	o.count("failed", t.Failed)
	o.integer("unbegun", t.Unbegun)
	o.count("children", t.Children)
	o.count("peak", t.Peak)

	o.integer("repaired", t.Repaired)

	o.count("retried", t.Retried)
	o.count("abandoned", t.Abandoned)

	o.integer("nodes", t.Nodes)

	o.amount("rate", t.Rate)

	o.count("verified", t.Verified)
	o.count("missing", t.Missing)
	o.count("extra", t.Extra)
	o.count("different", t.Different)
	o.counts("losses", t.Losses)

	o.integer("planned", t.Planned)
	o.long("planned_bytes", t.PlannedBytes)
}
