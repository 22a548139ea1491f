package process

// NotSuspended has f called at the first Ctrl-Z that cannot stop this process, with the reason. It is called
// once for each time that this process has children; nil ends that.
func NotSuspended(f func(why string)) {
	self.mu.Lock()
	defer self.mu.Unlock()
	self.notSuspended = f
}

func notSuspended(why string) {
	self.mu.Lock()
	f := self.notSuspended
	self.mu.Unlock()
	if f != nil {
		f(why)
	}
}
