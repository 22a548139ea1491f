package process

import "golang.org/x/sys/unix"

// maxArg is MAX_ARG_STRLEN, the most bytes that one argument may have with its NUL (execve(2)).
const maxArg = 32 * 4096

// argLimit returns the most bytes that all arguments and the environment may have together. It is a quarter of
// the stack's limit, at least 128 KiB and at most 6 MiB (execve(2), fs/exec.c).
func argLimit() int {
	var stack unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_STACK, &stack); err != nil {
		return 128 << 10
	}
	return int(min(max(stack.Cur/4, 128<<10), 6<<20))
}
