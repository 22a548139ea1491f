//go:build linux

package main

import (
	"flag"
	"fmt"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"brood/internal/event"
	"brood/internal/filecopy"
	"brood/internal/testenv"
)

var allFaults = flag.Bool("all-faults", false, "TestCallThatFails fails each single call, and not a sample of them")

// sampled tells whether the nth call, from 0, of the system call with index i is in the sample: the first two, and
// every third one after that. Neighbours in a list of system calls differ in the third that they get.
func sampled(i, n int) bool { return *allFaults || n < 2 || (n+i)%3 == 0 }

// fault makes a system call fail, by strace.
type fault struct {
	call  string
	errno syscall.Errno
	when  string // which of the calls, in strace's notation
	also  string // one more injection, in strace's notation
}

var errnoNames = map[syscall.Errno]string{
	syscall.EIO: "EIO", syscall.ENOSPC: "ENOSPC", syscall.EDQUOT: "EDQUOT", syscall.EACCES: "EACCES",
	syscall.EINTR: "EINTR",
}

// byRuntime are calls that Go's runtime makes, too. They fail only for paths of the place.
var byRuntime = []string{"openat", "newfstatat", "fstat", "readlinkat", "pread64", "getdents64", "lseek"}

// flags returns the flags of strace for the fault. strace compares whole paths, so the flags list each path that is
// used. The temporary names of symlinks and FIFOs cannot be listed.
func (f fault) flags(p place, used []string) []string {
	also, _, _ := strings.Cut(f.also, ":")
	flags := []string{"--seccomp-bpf", "-e", "trace=" + strings.Trim(f.call+","+also, ","),
		"-e", "inject=" + f.call + ":error=" + errnoNames[f.errno] + ":when=" + f.when}
	if also != "" {
		flags = append(flags, "-e", "inject="+f.also)
	}
	if slices.Contains(byRuntime, f.call) {
		for _, name := range used {
			flags = append(flags, "-P", p.dir+"/"+name)
		}
	}
	return flags
}

// says returns the error that brood reports for the fault.
func (f fault) says() string {
	if strings.Contains(f.also, "EIO") { // that call comes first
		return syscall.EIO.Error()
	}
	return f.errno.Error()
}

// used returns the paths that a child of the scene uses, relative to the place.
func (s scene) used(t *testing.T) (names []string) {
	t.Helper()
	p := newPlace(t)
	s.fill(p, t)
	start(t, p, p.traced(t, nil, p.childArgs("copy", s.flags, s.names...)...)).wants(0)
	for _, c := range p.calls(t) {
		for _, m := range objectShown.FindAllStringSubmatch(c.args, -1) {
			if name := strings.TrimPrefix(m[1], p.dir+"/"); p.within(m[1]) && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// When any system call of a copy fails, each file at the destination is whole, brood reports the missing files with
// the error, and the next run copies the rest. make check tries a sample of the calls; with -all-faults the test
// tries all.
//
// strace counts the calls of each thread by itself. A child works in one thread and rarely changes it, so the nth call
// is nearly always the same. Otherwise another call fails, or two calls, and the assertions hold all the same.
func TestCallThatFails(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	errnos := []syscall.Errno{syscall.EIO, syscall.ENOSPC, syscall.EDQUOT, syscall.EACCES}
	for name, s := range scenes {
		t.Run(name, func(t *testing.T) {
			used := s.used(t)
			for i, call := range s.calls {
				t.Run(call, func(t *testing.T) {
					t.Parallel()
					reached := true
					for n := 0; reached; n++ {
						if !sampled(i, n) {
							continue
						}
						f := fault{call, errnos[(i+n)%len(errnos)], fmt.Sprint(n + 1), s.also}
						t.Run(fmt.Sprint(errnoNames[f.errno], " ", n+1), func(t *testing.T) {
							reached = s.fail(t, used, f)
						})
					}
				})
			}
		})
	}
}

// A system call that a signal interrupts is no failure: brood calls again. Here every second call is interrupted.
func TestCallEndedBySignal(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	for name, s := range scenes {
		t.Run(name, func(t *testing.T) {
			used := s.used(t)
			for _, call := range slices.Concat(s.calls, s.signal) {
				t.Run(call, func(t *testing.T) {
					t.Parallel()
					f := fault{call, syscall.EINTR, "1+2", strings.Replace(s.also, "EIO", "EINTR:when=1+2", 1)}
					if !s.fail(t, used, f) && s.also == "" {
						t.Errorf("no call of %s was interrupted", call)
					}
				})
			}
		})
	}
}

// fail runs a child with a fault, and another one without it. It tells whether the fault happened. The children are
// not confined: to confine a child, brood opens its names beforehand, and the faults are meant for the copy.
func (s scene) fail(t *testing.T, used []string, f fault) (met bool) {
	p := newPlace(t)
	s.fill(p, t)
	args := p.childArgs("copy", append([]string{"--confine=never"}, s.flags...), s.names...)
	r := start(t, p, p.traced(t, f.flags(p, used), args...))
	status := r.status()
	failures := r.failures()
	switch {
	case status != 0 && (status != 1 || f.errno == syscall.EINTR):
		t.Errorf("exit status %d, want 0 or 1, and 0 after EINTR", status)
	case status == 0:
		p.tree(t, s, f, nil)
	case len(failures) > 0:
		p.tree(t, s, f, failures)
	}
	if status != 0 && !strings.Contains(r.stderr(), f.says()) {
		t.Errorf("stderr lacks %q", f.says())
	}
	injected := slices.DeleteFunc(p.calls(t), func(c call) bool { return c.name != f.call || !c.injected() })
	if t.Failed() {
		t.Logf("exit status %d after %+v; stderr:\n%s", status, injected, r.stderr())
	}
	start(t, p, p.brood(args...)).wants(0)
	p.whole(t)
	return len(injected) > 0
}

// A run records each missing file when a system call fails in the parent and in all children, each time at the first
// call.
func TestRunInWhichCallsFail(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	for _, name := range []string{"plain", "all that can be asked"} {
		s := scenes[name]
		t.Run(name, func(t *testing.T) {
			used := s.used(t)
			for _, call := range append([]string{"linkat"}, s.calls...) {
				t.Run(call, func(t *testing.T) {
					t.Parallel()
					s.failRun(t, used, fault{call: call, errno: syscall.EIO, when: "1"})
				})
			}
		})
	}
}

func (s scene) failRun(t *testing.T, used []string, f fault) {
	p := newPlace(t)
	s.fill(p, t)
	r := start(t, p, p.traced(t, f.flags(p, used), p.copy(s.flags...).Args[1:]...))
	switch status := r.status(); status {
	case 0:
		p.whole(t)
	case 1:
		failures := map[string]string{}
		for _, e := range r.of(event.Failed) {
			failures[e.File] = e.Error
		}
		p.tree(t, s, f, failures)
	case 2:
		r.says(f.errno.Error())
	default:
		t.Errorf("exit status %d, want 0, 1 or 2", status)
	}
	if t.Failed() {
		t.Logf("stderr:\n%s", r.stderr())
	}
	start(t, p, p.copy(s.flags...)).wants(0)
	p.whole(t)
}

// status waits for the end and returns the exit status. No fault may make a copy hang.
func (r *run) status() int {
	r.Helper()
	select {
	case <-r.ended:
	case <-time.After(testenv.Patience):
		r.Fatalf("no end within %v; alive: %q; stderr:\n%s", testenv.Patience, r.alive(), r.stderr())
	}
	return r.cmd.ProcessState.ExitCode()
}

// failures returns the errors by name that a child without a parent prints.
func (r *run) failures() map[string]string {
	found := map[string]string{}
	for line := range strings.Lines(r.stderr()) {
		if quoted, err := strconv.QuotedPrefix(line); err == nil {
			name, _ := strconv.Unquote(quoted)
			found[name] = strings.TrimSpace(strings.TrimPrefix(line, quoted+": "))
		}
	}
	return found
}

// whole fails the test unless the destination equals the source, with extended attributes.
func (p place) whole(t *testing.T) {
	t.Helper()
	p.equal(t)
	for _, name := range []string{"/small", "/sub"} {
		value := make([]byte, 100)
		if _, err := syscall.Getxattr(p.src+name, "user.brood", value); err == nil {
			n, err := syscall.Getxattr(p.dst+name, "user.brood", value)
			if err != nil || string(value[:n]) != name {
				t.Errorf("%q: attribute %q, %v; want %q", name, value[:max(n, 0)], err, name)
			}
		}
	}
}

// tree fails the test unless each name is a whole copy, or is missing and among the failures.
func (p place) tree(t *testing.T, s scene, f fault, failures map[string]string) {
	t.Helper()
	src, dst := readTree(t, p.src), readTree(t, p.dst)
	for _, name := range s.names {
		why, failed := failures[name]
		there := dst.info[name] != nil
		switch {
		case failed && !strings.Contains(why, f.says()):
			t.Errorf("%q failed: %s; want %s", name, why, f.says())
		case !there && !failed:
			t.Errorf("%q is missing, and brood has not reported it", name)
		case !there || failed && (dst.info[name].IsDir() || p.isOld(name)):
		default:
			p.copied(t, f, name, differ(src, dst, name), failed)
		}
	}
	for name := range dst.info {
		// brood makes both calls to take a temporary over and to sweep it. When they fail both times, it stays for
		// the next run.
		twice := f.call == "flock" || f.call == "fstat"
		partial := slices.Contains(s.flags, "--resume=true") && name == ".big.53cacdb9.brood"
		resumed := partial && (failures != nil || twice)
		if filecopy.IsTemporary(path.Base(name)) && !resumed && f.call != "unlinkat" {
			t.Errorf("temporary left behind: %q", name)
		}
	}
}

// copied fails the test unless a name at the destination is a whole copy. brood may report it as failed only for a
// call that comes after the rename.
func (p place) copied(t *testing.T, f fault, name, difference string, failed bool) {
	t.Helper()
	lost := f.errno == syscall.EACCES && strings.HasPrefix(difference, "mode ") // reported, with --archive
	if difference != "" && !lost {
		t.Errorf("%q: %s", name, difference)
	}
	if after := []string{"fsync", "openat", "unlinkat"}; failed && !slices.Contains(after, f.call) {
		t.Errorf("%q is at the destination, and brood reports that it failed", name)
	}
}

// isOld tells whether the destination still has the file that fillOver put there.
func (p place) isOld(name string) bool {
	info, err := os.Lstat(p.dst + "/" + name)
	return err == nil && info.Mode().IsRegular() && info.Size() == int64(len(old))
}
