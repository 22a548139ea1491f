package process

// CloseInheritedOnExec does nothing: on Windows a process passes on only the handles that it names.
func CloseInheritedOnExec(...int) {}
