package process

import (
	"errors"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// FuzzCommandLine: a child reads what its parent meant, with any bytes. For longer than its seeds:
//
//	go test -run '^$' -fuzz FuzzCommandLine ./internal/process
//
// In the fuzzer's strings NUL separates arguments, and the first '=' a name from its value.
func FuzzCommandLine(f *testing.F) {
	f.Add("copy", "copy-1", "", MainProcess, uint32(4711), uint32(9), true, "dest=/b\x00source=/a", "a.mov\x00b.mov")
	f.Add("", "", "", "", uint32(0), uint32(0), false, "", "")
	f.Add("child", "--lifeline=3", "--", "MainProcess ", uint32(1), uint32(3), false, "name=x\x00daemon=\x00lifeline=0\x00events=y", "--\x00--lifeline=9\x00-rf\x00\x00\x00=")
	f.Add("-", "\xff\n", "1:2", "\x1b[2J", uint32(math.MaxUint32), uint32(math.MaxUint32), true, "no value\x00=no name\x00-=a=b=", "\xff\xfe\x00'\"\\$(true)")
	f.Add("t", "", "", "", uint32(0), uint32(0), false, "zz=1\x00events=3\x00name=n\x00parent-name=p", "")
	f.Fuzz(func(t *testing.T, target, name, identity, parentName string, parent, descriptor uint32, daemon bool,
		kwargs, args string) {
		if strings.Contains(target+name+identity+parentName, "\x00") {
			return // a command line cannot hold a NUL
		}
		config := Config{Target: target, Args: strings.Split(args, "\x00"), Kwargs: map[string]string{}}
		for pair := range strings.SplitSeq(kwargs, "\x00") {
			if key, value, _ := strings.Cut(pair, "="); key != "" {
				config.Kwargs[key] = value
			}
		}
		fd := uintptr(descriptor & math.MaxInt32)
		own := ownFlags{name, identity, int(parent & math.MaxInt32), parentName, daemon, int64(parent),
			time.Duration(descriptor), fd, fd / 2, nil, fd / 3, fd / 4}
		if fd > 0 {
			own.files = []uintptr{fd, fd / 5}
		}
		argv, err := commandLine(config, own, nil)
		if errors.Is(err, ErrArgsTooLong) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if own.parentName == MainProcess {
			own.parentName = "" // become restores it
		}
		wantParsed(t, argv[2:], target, own, config)
	})
}

// FuzzParseChild: anybody may start a child, with any arguments. If the child accepts them, a parent can write
// the same. For longer than its seeds:
//
//	go test -run '^$' -fuzz FuzzParseChild ./internal/process
func FuzzParseChild(f *testing.F) {
	for _, args := range []string{
		"copy\x00--name=copy-1\x00--parent=1\x00--lifeline=3\x00--source=/a\x00--\x00a.mov",
		"-", "", "t\x00--", "t\x00--\x00--", "t\x00--key", "t\x00key=value", "t\x00--=v", "t\x00---=v", "t\x00--lifeline=-1",
		"t\x00--events=007\x00--events=8", "t\x00--zz=1\x00--events=3", "t\x00--lifeline=0\x00--name=x", "t\x00--daemon=\x00--daemon=no",
		"t\x00--guardian=2147483648", "t\x00--files=5,6\x00--lifeline=0", "t\x00--files=5,", "t\x00--files=", "t\x00--a=1\x00--a=2",
	} {
		f.Add(args)
	}
	f.Fuzz(func(t *testing.T, text string) {
		args := strings.Split(text, "\x00")
		if text == "" {
			args = nil
		}
		target, own, work, err := parseChild(args)
		if err != nil {
			return
		}
		if own.parent < 0 {
			t.Fatalf("%q: parent %d", args, own.parent)
		}
		config := Config{Target: target, Args: work.Args, Kwargs: work.Kwargs}
		argv, err := commandLine(config, own, nil)
		if err != nil {
			return // the system passes fewer, so these came from no process
		}
		if own.parentName == MainProcess {
			own.parentName = ""
		}
		wantParsed(t, argv[2:], target, own, config)
	})
}

func wantParsed(t *testing.T, args []string, target string, own ownFlags, config Config) {
	t.Helper()
	gotTarget, gotOwn, work, err := parseChild(args)
	if err != nil {
		t.Fatalf("%q: %v", args, err)
	}
	if gotTarget != target || !reflect.DeepEqual(gotOwn, own) {
		t.Errorf("%q: target %q and %+v, want %q and %+v", args, gotTarget, gotOwn, target, own)
	}
	if !maps.Equal(work.Kwargs, config.Kwargs) || !slices.Equal(work.Args, config.Args) {
		t.Errorf("%q: %q %q, want %q %q", args, work.Kwargs, work.Args, config.Kwargs, config.Args)
	}
}
