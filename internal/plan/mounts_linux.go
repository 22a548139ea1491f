package plan

import (
	"path/filepath"
	"strconv"
	"strings"

	"brood/internal/machine"
)

// mounts returns the mounts of this mount namespace (proc_pid_mountinfo(5)).
func mounts() (all []mount) {
	text, _ := machine.ReadFile("/proc/self/mountinfo")
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) > 4 {
			all = append(all, mount{fields[2], unescaped(fields[3]), unescaped(fields[4])})
		}
	}
	return all
}

// unescaped decodes a path of mountinfo, where blanks, newlines and backslashes are in octal.
func unescaped(path string) string {
	head, rest, found := strings.Cut(path, `\`)
	if !found {
		return path
	}
	if len(rest) >= 3 {
		if c, err := strconv.ParseUint(rest[:3], 8, 8); err == nil {
			return head + string([]byte{byte(c)}) + unescaped(rest[3:])
		}
	}
	return head + `\` + unescaped(rest)
}

// mountedNames returns other names of name in a folder: the same part of its device may be
// mounted at several points. Something else may be mounted over such a name. Both arguments
// are absolute paths.
func mountedNames(name, folder string) []string { return namesIn(mounts(), name, folder) }

// mountsOf returns the mount points below dest that also have a name in source.
func mountsOf(all []mount, source, dest string) (points []string) {
	for _, m := range all {
		if inside, ok := relative(dest, m.point); ok && inside != "" && len(namesIn(all, m.point, source)) > 0 {
			points = append(points, m.point)
		}
	}
	return points
}

func namesIn(all []mount, name, folder string) (names []string) {
	for _, at := range all {
		inside, ok := relative(at.point, name)
		if !ok {
			continue
		}
		onDevice := filepath.Join(at.root, inside)
		for _, m := range all {
			inside, ok := relative(m.root, onDevice)
			if !ok || m.device != at.device {
				continue
			}
			other := filepath.Join(m.point, inside)
			if _, ok := relative(folder, other); ok {
				names = append(names, other)
			}
		}
	}
	return names
}
