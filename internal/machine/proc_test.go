package machine

import (
	"os"
	"reflect"
	"testing"
)

func TestStat(t *testing.T) {
	file := t.TempDir() + "/stat"
	for name, row := range map[string]struct {
		text string
		want []string
	}{
		"a plain name":             {"7 (brood) S 1 7\n", []string{"S", "1", "7"}},
		"a name with brackets":     {"7 (a) R 9 (b)) S 1 7\n", []string{"S", "1", "7"}},
		"a name with a line break": {"7 (a\nb) D 1 7\n", []string{"D", "1", "7"}},
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(file, []byte(row.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if got := Stat(file); !reflect.DeepEqual(got, row.want) {
				t.Errorf("%q: %q, want %q", row.text, got, row.want)
			}
		})
	}
	if got := Stat(file + ".gone"); got != nil {
		t.Errorf("a file that is missing: %q", got)
	}
}

func TestWord(t *testing.T) {
	text := []byte("oom 3\noom_kill 2\nVmHWM:\t  71 kB\nempty:\n")
	for key, want := range map[string]string{"oom ": "3", "oom_kill ": "2", "VmHWM:": "71", "empty:": "",
		"kill ": "", "gone:": ""} {
		if got := Word(text, key); got != want {
			t.Errorf("%q: %q, want %q", key, got, want)
		}
	}
}
