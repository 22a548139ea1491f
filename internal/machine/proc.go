package machine

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Stat reads a stat file of /proc and returns its fields from the state on: field n of proc_pid_stat(5) is
// Stat(file)[n-3]. It returns nil if the file cannot be read.
func Stat(file string) []string {
	text, err := ReadFile(file)
	if err != nil {
		return nil
	}
	// The name in brackets may hold any bytes, brackets too. The last ")" ends it.
	return strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
}

// Argv reads a cmdline file of /proc. The result is empty for a zombie and for a thread of the kernel. For a
// process that is gone exists is false.
func Argv(file string) (argv []string, exists bool) {
	text, err := ReadFile(file)
	if len(text) > 0 {
		argv = strings.Split(strings.TrimSuffix(string(text), "\x00"), "\x00")
	}
	return argv, err == nil
}

// Word returns the first word after key, where key begins a line, as in the status files of /proc. Without
// such a line it is "".
func Word(text []byte, key string) string {
	_, rest, _ := strings.Cut("\n"+string(text), "\n"+key)
	line, _, _ := strings.Cut(rest, "\n")
	words := append(strings.Fields(line), "")
	return words[0]
}

// Number is Word as a number. The error names the file and the key.
func Number(file string, text []byte, key string) (int64, error) {
	n, err := strconv.ParseInt(Word(text, key), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%s: %s: %w", file, strings.TrimSpace(key), err)
	}
	return n, nil
}

// Int reads a file of one number, as the kernel's settings are. It is not ok for a word, such as the max of a control
// group without a limit.
func Int(file string) (n int, ok bool) {
	text, err := readLine(file)
	if err != nil {
		return 0, false
	}
	n, err = strconv.Atoi(strings.TrimSpace(string(text)))
	return n, err == nil
}

// Threads counts all threads of the system, which share its PIDs. It is 0 where the system does not tell.
func Threads() int {
	var load [3]float64
	var running, all int
	text, _ := readLine("/proc/loadavg") // "0.52 0.58 0.59 running/all last-PID"
	_, _ = fmt.Sscanf(string(text), "%g %g %g %d/%d", &load[0], &load[1], &load[2], &running, &all)
	return all
}

// ThreadsOfUser counts the threads of the processes that run as uid.
func ThreadsOfUser(uid int) (threads int) {
	for _, process := range numbered("/proc") {
		text, _ := ReadFile(process + "/status")
		if Word(text, "Uid:") == strconv.Itoa(uid) {
			n, _ := strconv.Atoi(Word(text, "Threads:"))
			threads += n
		}
	}
	return threads
}

// numbered returns the folders in a folder of /proc that are named by a number: those of processes, or of threads.
// filepath.Glob would read each of them as well.
func numbered(dir string) (folders []string) {
	entries, _ := os.ReadDir(dir)
	for _, entry := range entries {
		if name := entry.Name(); strings.Trim(name, "0123456789") == "" {
			folders = append(folders, dir+"/"+name)
		}
	}
	return folders
}

// ThreadsOfSelf counts the threads of this process.
func ThreadsOfSelf() int {
	text, _ := ReadFile("/proc/self/status")
	n, _ := strconv.Atoi(Word(text, "Threads:"))
	return n
}
