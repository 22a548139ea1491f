package process

import "os"

const (
	cpusKey = "GOMAXPROCS"
	oneCPU  = "01" // the runtime reads it as 1; the spelling says that it comes from a parent of the model
)

// environment is this process's own, with one CPU for the child's Go, unless the user asked for another number.
// A child does one thing at a time. With one CPU the runtime makes fewer threads, and fewer of them look for
// work: that saves 7 % of the CPU time of a child with a small file.
//
// The number is for the child alone, and not for the programs that it starts: see ownCPUs.
func environment() []string {
	if _, asked := os.LookupEnv(cpusKey); asked {
		return os.Environ()
	}
	return append(os.Environ(), cpusKey+"="+oneCPU)
}

// ownCPUs has the programs that this child starts choose their number of CPUs themselves.
func ownCPUs() {
	if os.Getenv(cpusKey) == oneCPU {
		_ = os.Unsetenv(cpusKey) // it cannot fail for this name
	}
}
