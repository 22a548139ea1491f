package plan

import (
	"bufio"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// mount is a mount in this mount namespace (proc_pid_mountinfo(5)).
type mount struct {
	device string
	root   string // the mounted folder of the device
	point  string // where it is mounted
}

func mounts() (all []mount) {
	f, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return nil
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if fields := strings.Fields(lines.Text()); len(fields) > 4 {
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
func mountsOf(source, dest string) (points []string) {
	all := mounts()
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
