package cli

import (
	"strconv"
	"strings"
)

// namedDescriptors returns the numbers in arguments like /dev/fd/9. A child opens the file by the same name, so
// they must stay open in it.
func namedDescriptors(args []string) (fds []int) {
	for _, arg := range args {
		for _, dir := range []string{"/dev/fd/", "/proc/self/fd/"} {
			if _, rest, ok := strings.Cut(arg, dir); ok {
				number, _, _ := strings.Cut(rest, "/")
				if fd, err := strconv.Atoi(number); err == nil && fd > 2 {
					fds = append(fds, fd)
				}
			}
		}
	}
	return fds
}
