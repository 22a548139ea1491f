package output

// Written returns how many bytes the command has written until now. If held, some of them wait for Out or Err, and the
// command may have to wait, too. With Raw both are always zero. Written does not block, and may be called at any time
// after Open, also while Close runs.
func (o *Output) Written() (bytes int64, held bool) {
	switch o.collector.options.Mode {
	case Grouped:
		for _, f := range o.files {
			if info, err := f.Stat(); err == nil { // an error: Close has closed it
				bytes += info.Size()
			}
		}
	case Lines:
		for _, s := range o.streams {
			got := s.got.Load()
			bytes, held = bytes+got, held || got != s.taken.Load()
		}
	}
	return bytes, held
}
