package process_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"brood/internal/process"
	"brood/internal/process/umltest"
	"brood/internal/testenv"
)

// TestControlGroups runs the tests below in a Linux of their own, since the machine may lack the control
// groups.
func TestControlGroups(t *testing.T) {
	testenv.Long(t)
	umltest.Run(t, "^TestCgroup")
}

const nobody = 65534

// insideVariable names the variable with the group's folder, in a process that was started in a group.
const insideVariable = "BROOD_TEST_CGROUP"

// inGroup makes a group of the owner's. It runs the test once more in a process of the user, alone in that
// group, and calls test there. Afterwards the group must be unused.
func inGroup(t *testing.T, owner, user int, test func(t *testing.T, group string)) {
	t.Helper()
	if group := os.Getenv(insideVariable); group != "" {
		test(t, group)
		return
	}
	group := umltest.Group(t, owner)
	again(t, group, user)
	umltest.WantUnused(t, group)
}

// again runs the current test in a new process in the group.
func again(t *testing.T, group string, user int) {
	t.Helper()
	dir, err := os.Open(group)
	must(t, err)
	defer dir.Close()
	path := strings.Split(t.Name(), "/")
	cmd := exec.Command("/proc/self/exe", "-test.v", "-test.run=^"+strings.Join(path, "$/^")+"$")
	cmd.Env = append(os.Environ(), insideVariable+"="+group)
	cmd.SysProcAttr = &syscall.SysProcAttr{UseCgroupFD: true, CgroupFD: int(dir.Fd()),
		Credential: &syscall.Credential{Uid: uint32(user), Gid: uint32(user)}}
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("--- PASS")) {
		t.Errorf("in %s: %v\n%s", group, err, out)
	}
}

// groupOf returns the folder of a process's group.
func groupOf(t *testing.T, pid int) string {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", pid))
	must(t, err)
	_, path, _ := strings.Cut(string(text), "0::")
	return filepath.Join("/sys/fs/cgroup", strings.TrimSpace(path))
}

// small is a limit that is enough for a Go program.
var small = process.Limits{Memory: 64 << 20}

// A child with a limit is in a group with that limit from its beginning. A child without one is with its
// parent.
func TestCgroupOfChild(t *testing.T) {
	for name, uid := range map[string]int{"root": 0, "nobody": nobody} {
		t.Run(name, func(t *testing.T) {
			inGroup(t, uid, uid, func(t *testing.T, group string) {
				brood := fmt.Sprintf("%s/brood-%d", group, os.Getpid())
				for _, daemons := range [][]bool{{false, true}, {true, false}} { // the second time after Finish
					for n, daemon := range daemons {
						p := start(t, process.Config{Target: "hang", Limits: small, Daemon: &daemon})
						up(t, p)
						group := fmt.Sprint(brood, "/", n+1)
						if daemon {
							group = fmt.Sprint(brood, "/daemons/", n+1)
						}
						if got := groupOf(t, pidOf(t, p)); got != group {
							t.Errorf("daemon %t is in %s, want %s", daemon, got, group)
						}
						for file, want := range map[string]string{"memory.max": "67108864", "memory.swap.max": "0",
							"memory.oom.group": "1"} {
							got, err := os.ReadFile(group + "/" + file)
							if err != nil && file == "memory.swap.max" {
								continue // a kernel without swap
							}
							if err != nil || strings.TrimSpace(string(got)) != want {
								t.Errorf("%s: %q, %v, want %s", file, got, err, want)
							}
						}
						defer p.Kill()
					}
					other := start(t, process.Config{Target: "hang"})
					up(t, other)
					for who, pid := range map[string]int{"the parent": os.Getpid(),
						"a child without a limit": pidOf(t, other), "the guardian": guardianOf(os.Getpid())} {
						if got := groupOf(t, pid); got != brood+"/parent" {
							t.Errorf("%s is in %s", who, got)
						}
					}
					for _, p := range process.ActiveChildren() {
						_ = p.Kill()
					}
					process.Finish(time.Second)
					if got := groupOf(t, os.Getpid()); got != group {
						t.Errorf("after the end the parent is in %s, was in %s", got, group)
					}
					umltest.WantUnused(t, group)
				}
			})
		})
	}
}

// A child that exceeds its limit ends, and the limit is named. A child that ends for another reason has not
// reached the limit.
func TestCgroupLimit(t *testing.T) {
	inGroup(t, 0, 0, func(t *testing.T, group string) {
		const limit = "memory limit of 64 MiB"
		for _, row := range []struct {
			name   string
			target string
			args   []string
			codes  []int
			limit  string
		}{
			{"eats", "eat", []string{"1073741824", "65536"}, []int{2, -9}, limit},
			{"at once", "eat", []string{"1073741824", "1073741824"}, []int{2}, limit},
			{"shared", "eat-shared", []string{"268435456"}, []int{-9}, limit},
			{"killed", "raise", []string{"9"}, []int{-9}, ""}, // in the group of the children before
			{"less", "eat-shared", []string{"33554432"}, []int{0}, ""},
			{"garbage", "churn", []string{"8388608"}, []int{0}, ""},
		} {
			exit, reached := limited(t, process.Config{Target: row.target, Args: row.args, Limits: small})
			if !slices.Contains(row.codes, exit.Code) || reached != row.limit || exit.OutOfMemory && exit.Code != -9 {
				t.Errorf("%s: %+v by limit %q, want %v by %q", row.name, exit, reached, row.codes, row.limit)
			}
		}
		if below := umltest.GroupsBelow(group); len(below) != 3 { // brood-PID, parent, 1
			t.Errorf("groups: %q", below)
		}
		process.Finish(time.Second)
	})
}

// A child that is killed because a group above is full has not reached its own limit.
func TestCgroupLimitOfAll(t *testing.T) {
	inGroup(t, 0, 0, func(t *testing.T, group string) {
		must(t, os.WriteFile(group+"/memory.max", []byte("50331648"), 0))
		exit, reached := limited(t, process.Config{Target: "eat-shared", Args: []string{"268435456"}, Limits: small})
		if exit.Signal != "SIGKILL" || exit.OutOfMemory || reached != "" {
			t.Errorf("%+v by limit %q", exit, reached)
		}
		process.Finish(time.Second)
	})
}

// The least limit is enough for a Go program that keeps a quarter of it.
func TestCgroupLeastLimit(t *testing.T) {
	inGroup(t, 0, 0, func(t *testing.T, _ string) {
		least := process.Limits{Memory: process.LeastMemory}
		for range 10 {
			if exit, _ := limited(t, process.Config{Target: "churn", Args: []string{fmt.Sprint(least.Memory / 8)},
				Limits: least}); exit.Code != 0 {
				t.Errorf("%+v", exit)
			}
		}
		process.Finish(time.Second)
	})
}

// A child's descendants end with it.
func TestCgroupOfDescendant(t *testing.T) {
	inGroup(t, 0, 0, func(t *testing.T, _ string) {
		p := start(t, process.Config{Target: "eat-shared", Args: []string{"268435456", "sleep", "1000"},
			Limits: small})
		descendant := up(t, p)["descendant"]
		join(t, p)
		if exit, err := p.Exit(); err != nil || !exit.OutOfMemory {
			t.Errorf("%+v, %v", exit, err)
		}
		if !eventually(func() bool { return gone(descendant) }) {
			t.Errorf("the descendant %d is alive", descendant)
		}
		process.Finish(time.Second)
	})
}

// A group with a living descendant is not used again: the next child has another group.
func TestCgroupInUse(t *testing.T) {
	inGroup(t, 0, 0, func(t *testing.T, group string) {
		p := start(t, process.Config{Target: "hold-stderr", Limits: small, Stderr: new(bytes.Buffer)})
		var descendant int
		if _, err := fmt.Sscanf(said(t, p), "descendant %d", &descendant); err != nil {
			t.Fatal(err)
		}
		defer killOwn(descendant)
		next := start(t, process.Config{Target: "hang", Limits: small})
		up(t, next)
		if a, b := groupOf(t, descendant), groupOf(t, pidOf(t, next)); a == b || filepath.Dir(a) != filepath.Dir(b) {
			t.Errorf("the descendant is in %s, the next child in %s", a, b)
		}
		_ = next.Kill()
		killOwn(descendant)
		if !eventually(func() bool { return gone(descendant) }) {
			t.Errorf("the descendant %d is alive", descendant)
		}
		process.Finish(time.Second)
	})
}

// Files that a child leaves in a tmpfs do not count for the next child.
func TestCgroupLeavings(t *testing.T) {
	inGroup(t, 0, 0, func(t *testing.T, _ string) {
		dir, err := os.MkdirTemp("/run", "brood-test-") // a tmpfs
		must(t, err)
		defer os.RemoveAll(dir)
		for n := range 6 {
			file := fmt.Sprint(dir, "/", n)
			if exit, _ := limited(t, process.Config{Target: "keep-in-tmpfs", Args: []string{file, "33554432"},
				Limits: small}); exit.Code != 0 {
				t.Errorf("%s: %+v", file, exit)
			}
		}
		process.Finish(time.Second)
	})
}

// wantNoGroup fails the test unless a child has its limit without a group.
func wantNoGroup(t *testing.T, group string) {
	t.Helper()
	p := start(t, process.Config{Target: "hang", Limits: small})
	up(t, p)
	if got := groupOf(t, pidOf(t, p)); got != groupOf(t, os.Getpid()) {
		t.Errorf("the child is in %s", got)
	}
	var data unix.Rlimit
	must(t, unix.Prlimit(pidOf(t, p), unix.RLIMIT_DATA, nil, &data))
	if data.Cur <= 64<<20 || data.Cur > 2<<30 {
		t.Errorf("RLIMIT_DATA %+v", data)
	}
	_ = p.Kill()
	process.Finish(time.Second)
	if got := groupOf(t, os.Getpid()); got != group {
		t.Errorf("the parent is in %s, was in %s", got, group)
	}
	umltest.WantUnused(t, group)
}

// A group that is not this process's alone stays unchanged.
func TestCgroupOfOthers(t *testing.T) {
	t.Run("another process", func(t *testing.T) {
		inGroup(t, 0, 0, func(t *testing.T, group string) {
			other := exec.Command("sleep", "1000")
			must(t, other.Start())
			wantNoGroup(t, group)
			must(t, other.Process.Kill())
			_ = other.Wait()
		})
	})
	t.Run("another user's", func(t *testing.T) {
		inGroup(t, nobody, 0, wantNoGroup)
	})
	t.Run("systemd's", func(t *testing.T) {
		inGroup(t, 0, 0, func(t *testing.T, group string) {
			if umltest.Inside() { // user-mode Linux has no systemd
				must(t, os.MkdirAll("/run/systemd/system", 0o755))
				defer os.RemoveAll("/run/systemd")
			}
			must(t, unix.Removexattr(group, "user.delegate"))
			if _, err := os.Stat("/run/systemd/system"); err == nil {
				wantNoGroup(t, group)
			}
		})
	})
}
