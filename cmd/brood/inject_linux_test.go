//go:build linux

package main

import (
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

// fault is what happens to a system call.
type fault struct {
	call  string
	errno syscall.Errno
	when  string // as strace has it: which of the calls
	also  string // a further injection
}

var errnoNames = map[syscall.Errno]string{
	syscall.EIO: "EIO", syscall.ENOSPC: "ENOSPC", syscall.EDQUOT: "EDQUOT", syscall.EACCES: "EACCES", syscall.EINTR: "EINTR",
}

// byRuntime are calls that a process makes without any copy, too: they fail only where
// they are about paths of the place.
var byRuntime = []string{"openat", "newfstatat", "fstat", "readlinkat", "pread64", "getdents64", "lseek"}

// flags are strace's. A path is compared as a whole, so that those which are used have
// to be given one by one; the temporary names of symlinks and FIFOs can't be.
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

// says are the words of the error that a failure is to have.
func (f fault) says() string {
	if strings.Contains(f.also, "EIO") { // which comes first
		return syscall.EIO.Error()
	}
	return f.errno.Error()
}

// used are the paths that the runs of a scene use, below the place.
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

// Whatever system call of a copy fails, no file is there in part, what is missing is said
// to be, for that reason, and the next run makes the rest.
//
// Strace counts the calls of each thread by itself. A child works in one, but for a
// rare change, so that the nth call is nearly always the same one; where it is not,
// another call fails, or two, and what is asserted holds all the same.
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
						f := fault{call, errnos[(i+n)%len(errnos)], fmt.Sprint(n + 1), s.also}
						t.Run(fmt.Sprint(errnoNames[f.errno], " ", n+1), func(t *testing.T) { reached = s.fail(t, used, f) })
					}
				})
			}
		})
	}
}

// A signal that ends a system call is no failure. Every second call is ended by one, and
// the next is the same call begun again.
func TestCallEndedBySignal(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	for name, s := range scenes {
		t.Run(name, func(t *testing.T) {
			used := s.used(t)
			for _, call := range slices.Concat(s.calls, s.signal) {
				t.Run(call, func(t *testing.T) {
					t.Parallel()
					if !s.fail(t, used, fault{call, syscall.EINTR, "1+2", strings.Replace(s.also, "EIO", "EINTR:when=1+2", 1)}) && s.also == "" {
						t.Error("it is not called")
					}
				})
			}
		})
	}
}

// fail runs a scene with a fault, and without it afterwards. It tells whether the fault
// was met with. The child is not confined: that opens the names beforehand, and the
// faults are meant for the copy.
func (s scene) fail(t *testing.T, used []string, f fault) (met bool) {
	p := newPlace(t)
	s.fill(p, t)
	args := p.childArgs("copy", append([]string{"--confine=never"}, s.flags...), s.names...)
	r := start(t, p, p.traced(t, f.flags(p, used), args...))
	status := r.status()
	failures := r.failures()
	switch {
	case status != 0 && (status != 1 || f.errno == syscall.EINTR):
		t.Errorf("status %d", status)
	case status == 0:
		p.tree(t, s, f, nil)
	case len(failures) > 0:
		p.tree(t, s, f, failures)
	}
	if status != 0 && !strings.Contains(r.stderr(), f.says()) {
		t.Errorf("it does not say %q", f.says())
	}
	injected := slices.DeleteFunc(p.calls(t), func(c call) bool { return c.name != f.call || !c.injected() })
	if t.Failed() {
		t.Logf("status %d after %+v; it says:\n%s", status, injected, r.stderr())
	}
	start(t, p, p.brood(args...)).wants(0)
	p.whole(t)
	return len(injected) > 0
}

// A run whose children all fail in the same way, each at its first call, or in which the
// parent itself fails, tells what is missing in its record.
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
		t.Errorf("status %d", status)
	}
	if t.Failed() {
		t.Logf("it says:\n%s", r.stderr())
	}
	start(t, p, p.copy(s.flags...)).wants(0)
	p.whole(t)
}

// status waits for the end. Nothing that fails makes a copy hang.
func (r *run) status() int {
	r.Helper()
	select {
	case <-r.ended:
	case <-time.After(testenv.Patience):
		r.Fatalf("does not end; alive: %q; it says:\n%s", r.alive(), r.stderr())
	}
	return r.cmd.ProcessState.ExitCode()
}

// failures are what a child by hand says of names.
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

// whole fails the test unless the destination is what the source is, attributes too.
func (p place) whole(t *testing.T) {
	t.Helper()
	p.equal(t)
	for _, name := range []string{"/small", "/sub"} {
		value := make([]byte, 100)
		if _, err := syscall.Getxattr(p.src+name, "user.brood", value); err == nil {
			n, err := syscall.Getxattr(p.dst+name, "user.brood", value)
			if err != nil || string(value[:n]) != name {
				t.Errorf("%q: attribute %q, %v", name, value[:max(n, 0)], err)
			}
		}
	}
}

// tree fails the test unless each name is a whole copy, or not there and among the
// failures.
func (p place) tree(t *testing.T, s scene, f fault, failures map[string]string) {
	t.Helper()
	src, dst := readTree(t, p.src), readTree(t, p.dst)
	for _, name := range s.names {
		why, failed := failures[name]
		there := dst.info[name] != nil
		switch {
		case failed && !strings.Contains(why, f.says()):
			t.Errorf("%q: %s, want %s", name, why, f.says())
		case !there && !failed:
			t.Errorf("%q is missing, and nobody says so", name)
		case !there || failed && (dst.info[name].IsDir() || p.isOld(name)):
		default:
			p.copied(t, f, name, differ(src, dst, name), failed)
		}
	}
	for name := range dst.info {
		// Both calls come when it is taken over and when it is swept: where they fail twice it stays until the next run.
		twice := f.call == "flock" || f.call == "fstat"
		resumed := slices.Contains(s.flags, "--resume=true") && name == ".big.53cacdb9.brood" && (failures != nil || twice)
		if filecopy.IsTemporary(path.Base(name)) && !resumed && f.call != "unlinkat" {
			t.Errorf("left behind: %q", name)
		}
	}
}

// copied is about a name that is there: whole, and if its copy has failed nonetheless, then
// by something that comes after the rename.
func (p place) copied(t *testing.T, f fault, name, difference string, failed bool) {
	t.Helper()
	lost := f.errno == syscall.EACCES && strings.HasPrefix(difference, "mode ") // said to be, with --archive
	if difference != "" && !lost {
		t.Errorf("%q: %s", name, difference)
	}
	if after := []string{"fsync", "openat", "unlinkat"}; failed && !slices.Contains(after, f.call) {
		t.Errorf("%q is there, and said to have failed", name)
	}
}

func (p place) isOld(name string) bool {
	info, err := os.Lstat(p.dst + "/" + name)
	return err == nil && info.Mode().IsRegular() && info.Size() == int64(len(old))
}
