package view_test

import (
	"strings"
	"testing"

	"github.com/rivo/uniseg"

	"brood/internal/view"
)

func TestFill(t *testing.T) {
	const text = "A child ends, and its parent does not\njoin it at once.\n\nShort.\nLines."
	for columns, want := range map[int]string{
		0:  text,
		37: text,
		36: "A child ends, and its parent does\nnot join it at once.\n\nShort.\nLines.",
		12: "A child\nends, and\nits parent\ndoes not\njoin it at\nonce.\n\nShort.\nLines.",
		3:  "A\nchild\nends,\nand\nits\nparent\ndoes\nnot\njoin\nit\nat\nonce.\n\nShort.\nLines.",
	} {
		if got := view.Fill(text, columns); got != want {
			t.Errorf("%d columns: %q, want %q", columns, got, want)
		}
	}
}

// No line of Chinese begins with a full stop or a comma, and no space gets between two characters.
func TestFillChinese(t *testing.T) {
	const text = "父进程先请求（SIGTERM），再杀死，\nSIGKILL\n还不行，\n就不再等它。"
	for columns := 8; columns < 60; columns++ {
		got := view.Fill(text, columns)
		spaceless := strings.NewReplacer("\n", "", " ", "")
		if spaceless.Replace(got) != spaceless.Replace(text) || strings.Contains(got, "， ") {
			t.Errorf("%d columns: %q", columns, got)
		}
		for line := range strings.SplitSeq(got, "\n") {
			tooWide := columns > 16 && uniseg.StringWidth(line) > columns
			if strings.HasPrefix(line, "，") || strings.HasPrefix(line, "。") || tooWide {
				t.Errorf("%d columns: %q", columns, line)
			}
		}
	}
}
