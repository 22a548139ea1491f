package process

import (
	"fmt"
	"strings"
)

// defaultName is Process-3, or Process-3:1 in the child with identity 3.
func defaultName(identity string) string { return "Process-" + identity }

func childIdentity(parent string, n int) string {
	if parent == "" {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s:%d", parent, n)
}

// identityIn returns the identity in a default name, and "" for any other name.
func identityIn(name string) string {
	identity, ok := strings.CutPrefix(name, defaultName(""))
	if !ok || strings.Trim(identity, "0123456789:") != "" {
		return ""
	}
	return identity
}

// ownFlags returns the flags for the child's name and its place in the family. popen adds the descriptors.
func (p *Process) ownFlags() ownFlags {
	own := ownFlags{name: p.name, parent: p.parent, parentName: self.name, daemon: p.daemon,
		memory: p.config.Limits.Memory, cpuTime: p.config.Limits.CPUTime}
	if p.name != defaultName(p.identity) && p.name != MainProcess {
		own.identity = p.identity
	}
	return own
}
