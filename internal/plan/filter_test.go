package plan_test

import (
	"strings"
	"testing"

	"brood/internal/plan"
)

func TestFilter(t *testing.T) {
	dir := t.TempDir()
	makeTree(t, dir, "a.mov", "b.txt", "x/a.mov", "x/y/a.mov", "x/y/c.txt", "empty/", "x/l.mov -> a.mov", "[z].txt")
	const all = "[z].txt a.mov b.txt x/a.mov x/y/a.mov x/y/c.txt + . empty x x/l.mov x/y"
	for name, row := range map[string]struct {
		include, exclude []string
		want             string // files + folders and links
	}{
		"neither":                       {nil, nil, all},
		"include at any depth":          {[]string{"*.mov"}, nil, "a.mov x/a.mov x/y/a.mov + . x x/l.mov x/y"},
		"include from the top":          {[]string{"x/*.mov"}, nil, "x/a.mov + . x x/l.mov"},
		"include from the top, ./":      {[]string{"./a.mov"}, nil, "a.mov + ."},
		"include from the top, /":       {[]string{"/a.mov"}, nil, "a.mov + ."},
		"include two stars":             {[]string{"x/**/*.txt"}, nil, "x/y/c.txt + . x x/y"},
		"include two stars in front":    {[]string{"**/a.mov"}, nil, "a.mov x/a.mov x/y/a.mov + . x x/y"},
		"include a folder's contents":   {[]string{"x/**"}, nil, "x/a.mov x/y/a.mov x/y/c.txt + . x x/l.mov x/y"},
		"include alternatives":          {[]string{"{b,c}.txt"}, nil, "b.txt x/y/c.txt + . x x/y"},
		"include a class":               {[]string{"[ab].*"}, nil, "a.mov b.txt x/a.mov x/y/a.mov + . x x/y"},
		"include an escaped bracket":    {[]string{`\[z].txt`}, nil, "[z].txt + ."},
		"include several":               {[]string{"b.txt", "c.txt"}, nil, "b.txt x/y/c.txt + . x x/y"},
		"include nothing that is there": {[]string{"*.avi"}, nil, "+"},
		"exclude at any depth":          {nil, []string{"*.mov"}, "[z].txt b.txt x/y/c.txt + . empty x x/y"},
		"exclude from the top": {nil, []string{"x/a.mov"},
			"[z].txt a.mov b.txt x/y/a.mov x/y/c.txt + . empty x x/l.mov x/y"},
		"exclude from the top, /": {nil, []string{"/a.mov"},
			"[z].txt b.txt x/a.mov x/y/a.mov x/y/c.txt + . empty x x/l.mov x/y"},
		"exclude a folder":              {nil, []string{"y"}, "[z].txt a.mov b.txt x/a.mov + . empty x x/l.mov"},
		"exclude a folder with a slash": {nil, []string{"x/"}, "[z].txt a.mov b.txt + . empty"},
		"exclude its contents":          {nil, []string{"x/*"}, "[z].txt a.mov b.txt + . empty x"},
		"exclude an empty folder": {nil, []string{"empty"},
			"[z].txt a.mov b.txt x/a.mov x/y/a.mov x/y/c.txt + . x x/l.mov x/y"},
		"exclude a link": {nil, []string{"l.*"},
			"[z].txt a.mov b.txt x/a.mov x/y/a.mov x/y/c.txt + . empty x x/y"},
		"exclude all":         {nil, []string{"*"}, "+ ."},
		"exclude wins":        {[]string{"*.mov"}, []string{"y"}, "a.mov x/a.mov + . x x/l.mov"},
		"other case is other": {nil, []string{"A.MOV"}, all},
	} {
		t.Run(name, func(t *testing.T) {
			batches, _ := runAll(t, plan.Tree{Source: dir, Dest: dir + "/none"},
				plan.Options{Include: row.include, Exclude: row.exclude})
			files, rest := filesAndRest(batches)
			got := strings.TrimSpace(strings.Join(files, " ") + " + " + strings.Join(rest, " "))
			if got != row.want {
				t.Errorf("got  %s\nwant %s", got, row.want)
			}
		})
	}
}

func TestValidate(t *testing.T) {
	for _, pattern := range []string{"*", "**/x", "a{b,c}", "[a-z]", "[^a]", "唱歌.*", " ", "a,b",
		"{" + strings.Repeat("clip.mov,", 200) + "}"} {
		if err := (plan.Options{Include: []string{pattern}}).Validate(); err != nil {
			t.Errorf("pattern %q: %v", pattern, err)
		}
	}
	for _, pattern := range []string{"[", "a[", "[]", "{a", `\`, "x/[a-", strings.Repeat("{a,b}", 20),
		strings.Repeat("{,{,", 300) + strings.Repeat("}}", 300)} {
		for name, opts := range map[string]plan.Options{"include": {Include: []string{"*", pattern}},
			"exclude": {Exclude: []string{pattern}}} {
			if err := opts.Validate(); err == nil || !strings.Contains(err.Error(), `pattern "`) {
				t.Errorf("%s %q: %v; want an error that shows it", name, pattern, err)
			}
		}
	}
}
