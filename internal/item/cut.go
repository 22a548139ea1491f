package item

import (
	"fmt"
	"slices"
	"strings"
)

// Cut splits arguments into a command and the sources of its items. A source begins with one of these words:
//
//	::: VALUE…    a source of these values, or of none
//	:::: FILE…    a source for each file
//	:::+, ::::+   the same, linked to the source before
//
// The command may be empty. An error says that no file follows.
func Cut(args []string) (command []string, sources []Source, err error) {
	end := nextSource(args)
	command, args = slices.Clip(args[:end]), args[end:]
	for len(args) > 0 {
		word := args[0]
		end := 1 + nextSource(args[1:])
		follow := slices.Clip(args[1:end])
		args = args[end:]
		linked := strings.HasSuffix(word, "+")
		if !strings.HasPrefix(word, "::::") {
			sources = append(sources, Source{Args: follow, Linked: linked})
			continue
		}
		if len(follow) == 0 {
			return nil, nil, fmt.Errorf("no file follows %s", word)
		}
		for _, file := range follow {
			sources = append(sources, Source{File: file, Linked: linked})
		}
	}
	return command, sources, nil
}

// nextSource returns the index of the first word that begins a source, or the number of arguments.
func nextSource(args []string) int {
	i := slices.IndexFunc(args, func(arg string) bool {
		return arg == ":::" || arg == ":::+" || arg == "::::" || arg == "::::+"
	})
	if i < 0 {
		return len(args)
	}
	return i
}
