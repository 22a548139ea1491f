package plan

// writable never fails: Windows does not tell without a try.
func writable(string) error { return nil }
