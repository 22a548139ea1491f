package process

import (
	"reflect"
	"testing"
)

func TestReadCommandLine(t *testing.T) {
	written, err := commandLine(Config{Target: "copy", Kwargs: map[string]string{"name": "not it", "parent": "9"},
		Args: []string{"--", "a\nb"}},
		ownFlags{name: "copy-1", parent: 41, daemon: true, memory: 1 << 20, lifeline: 3}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]struct {
		argv []string
		want CommandLine
		ok   bool
	}{
		"what a parent writes":     {written, CommandLine{Parent: 41, Name: "copy-1", Target: "copy", Args: []string{"--", "a\nb"}}, true},
		"without a target":         {[]string{"brood", "child", "-", "--name=x", "--parent=1", "--lifeline=3", "--"}, CommandLine{Parent: 1, Name: "x", Args: []string{}}, true},
		"a guardian":               {[]string{"brood", "guardian", "--parent=41", "--mark=A=b"}, CommandLine{Guardian: true, Parent: 41}, true},
		"a guardian of nobody":     {[]string{"brood", "guardian"}, CommandLine{}, false},
		"by hand":                  {[]string{"brood", "child", "copy", "--source=a", "--dest=b", "--", "c"}, CommandLine{}, false},
		"another program's child":  {[]string{"sh", "child", "--name=x"}, CommandLine{}, false},
		"a parent that is no PID":  {[]string{"brood", "child", "copy", "--name=x", "--parent=-4"}, CommandLine{}, false},
		"a command":                {[]string{"brood", "copy", "child", "--parent=3"}, CommandLine{}, false},
		"a child without a target": {[]string{"brood", "child"}, CommandLine{}, false},
		"nothing":                  {nil, CommandLine{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got, ok := ReadCommandLine(row.argv); ok != row.ok || !reflect.DeepEqual(got, row.want) {
				t.Errorf("%q: %+v, %v; want %+v, %v", row.argv, got, ok, row.want, row.ok)
			}
		})
	}
}
