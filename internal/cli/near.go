package cli

import (
	"strings"

	"github.com/urfave/cli/v2"

	"brood/internal/manual"
)

// near returns the word that the user probably meant: the only word with that beginning, else the
// nearest one, if at most a third of the letters are wrong. It returns "" if no word is near.
func near(typed string, words []string) string {
	typed = strings.ToLower(typed)
	begun, nearest, least := []string{}, "", len(typed)/3+1
	for _, word := range words {
		if strings.HasPrefix(word, typed) {
			begun = append(begun, word)
		}
		if d := distance(typed, word); d < least {
			nearest, least = word, d
		}
	}
	if len(begun) == 1 {
		return begun[0]
	}
	return nearest
}

// distance counts the letters to insert, delete, replace or swap with their neighbour to get from a to b. It is
// the optimal string alignment distance; the measures of smetrics count a swap as two.
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		for j := range rows[i] {
			switch {
			case i == 0 || j == 0:
				rows[i][j] = i + j
				continue
			case a[i-1] == b[j-1]:
				rows[i][j] = rows[i-1][j-1]
				continue
			}
			rows[i][j] = 1 + min(rows[i-1][j], rows[i][j-1], rows[i-1][j-1])
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}

// nearTerm returns the term that is near what was typed.
func nearTerm(typed string, entries []manual.Entry) string {
	var words []string
	for _, e := range entries {
		words = append(words, e.Term)
	}
	return near(typed, words)
}

// nearFlag returns the flag, with its dashes, whose name is near this one.
func nearFlag(flags []cli.Flag, name string) string {
	var names []string
	for _, f := range flags {
		names = append(names, f.Names()...)
	}
	flag := near(name, names)
	switch len(flag) {
	case 0:
		return ""
	case 1:
		return "-" + flag
	}
	return "--" + flag
}
