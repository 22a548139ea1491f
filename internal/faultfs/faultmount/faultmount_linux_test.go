package main

import (
	"bufio"
	"errors"
	"io"
	"os"
	"syscall"
	"testing"
	"time"

	"brood/internal/faultfs"
	"brood/internal/faultfs/faultfstest"
	"brood/internal/testenv"
)

func TestRules(t *testing.T) {
	for text, want := range map[string]faultfs.Rule{
		"read,name=*.mov,from=65536,err=EIO": {Ops: faultfs.Read, Name: "*.mov", From: 65536, Err: syscall.EIO},
		"open,read,stall=killable,times=2":   {Ops: faultfs.Open | faultfs.Read, Stall: faultfs.Killable, Times: 2},
		"write,after=9,err=ENOSPC":           {Ops: faultfs.Write, After: 9, Err: syscall.ENOSPC},
		"write,from=3,flip=0x80":             {Ops: faultfs.Write, From: 3, Flip: 0x80},
		"read,from=3,shrink":                 {Ops: faultfs.Read, From: 3, Shrink: true},
	} {
		rules, err := parseRules([]string{text})
		if err != nil || rules[0] != want {
			t.Errorf("%q: %+v, %v; want %+v", text, rules, err, want)
		}
	}
	for _, text := range []string{
		"", "reed", "read,err=EWHAT", "read,from=x", "read,flip=256", "read,name=[", "read,stall=long",
	} {
		if rules, err := parseRules([]string{text}); err == nil {
			t.Errorf("%q: %+v, want an error", text, rules)
		}
	}
}

// TestServe: the command reports that a fault has happened, a line removes the rule, and the end of input unmounts.
func TestServe(t *testing.T) {
	f := faultfstest.Mount(t, faultfs.Options{})
	must(t, os.WriteFile(f.Beneath+"/a", []byte("contents"), 0o600))
	rules, err := parseRules([]string{"read,name=a,err=EIO"})
	must(t, err)
	input, control := io.Pipe()
	events, output := io.Pipe()
	served := make(chan error)
	go func() { served <- serve(f, rules, input, output, nil) }()
	lines := bufio.NewScanner(events)
	said := func(want string) {
		t.Helper()
		if !lines.Scan() || lines.Text() != want {
			t.Fatalf("prints %q, want %q", lines.Text(), want)
		}
	}
	said("mounted")
	if _, err := os.ReadFile(f.Mounted + "/a"); !errors.Is(err, syscall.EIO) {
		t.Errorf("read: %v, want EIO", err)
	}
	said("met 1")
	_, err = io.WriteString(control, "go on\n")
	must(t, err)
	for deadline := time.Now().Add(testenv.Patience); ; time.Sleep(time.Millisecond) {
		if _, err = os.ReadFile(f.Mounted + "/a"); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("read after the rule is removed: %v", err)
		}
	}
	control.Close()
	must(t, <-served)
	if there, err := os.ReadDir(f.Mounted); err != nil || len(there) > 0 {
		t.Errorf("still mounted: %v, %v", there, err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
