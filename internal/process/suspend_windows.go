package process

// passSuspension does nothing: Windows has no job control.
func passSuspension() (stop func()) { return func() {} }
