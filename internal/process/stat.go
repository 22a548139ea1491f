package process

import (
	"os"
	"strings"
)

// Stat is what a stat file of /proc says after the program's name, from the state on: field
// n of proc_pid_stat(5) is Stat(file)[n-3]. It is nil where the file cannot be read.
func Stat(file string) []string {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	// The name in brackets may hold anything, brackets too.
	return strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
}
