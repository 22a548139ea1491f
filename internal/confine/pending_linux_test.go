package confine_test

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"brood/internal/confine"
)

func init() { children["plain"], children["waiting"] = plain, waiting }

// plain only confines itself.
func plain(f family) (string, error) { return "", f.confine(nil) }

// waiting sends itself blocked signals up to its limit of pending signals, and then confines itself.
func waiting(f family) (string, error) {
	const limit, sig = 100, 40
	runtime.LockOSThread()
	blocked := unix.Sigset_t{Val: [16]uint64{1 << (sig - 1)}}
	err := errors.Join(
		unix.Setrlimit(unix.RLIMIT_SIGPENDING, &unix.Rlimit{Cur: limit, Max: limit}),
		unix.PthreadSigmask(unix.SIG_BLOCK, &blocked, nil))
	sent := 0
	for err == nil {
		err = unix.Tgkill(os.Getpid(), unix.Gettid(), sig)
		sent++
	}
	if !errors.Is(err, unix.EAGAIN) || sent == 1 {
		return "", err
	}
	return plain(f)
}

// A process that cannot signal its threads is not confined, and does not wait for ever.
func TestFewPendingSignals(t *testing.T) {
	needVersion(t, 1)
	for _, program := range []string{"bash", "timeout", "unshare"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("needs %s: %v", program, err)
		}
	}
	// The kernel counts the pending signals of all processes of a user together, but apart in each
	// user namespace. So in a new one no other process can use up the signals or free some.
	apart := []string{"unshare", "--user", "--map-current-user"}
	if err := exec.Command(apart[0], append(apart[1:], "true")...).Run(); err != nil {
		t.Skipf("needs kernel: a user namespace for this user: %v", err)
	}
	limit := func(flags string) []string {
		return append(slices.Clone(apart),
			"timeout", "-s", "KILL", "120", "bash", "-c", "ulimit "+flags+` && exec "$0" "$@"`)
	}
	for _, c := range []struct {
		name, child, limit string
		mode               confine.Mode
		says               string
	}{
		{"none", "plain", "-i 0", confine.Auto, ok},
		{"few", "plain", "-i 2", confine.Auto, ok},
		{"none, always", "plain", "-i 0", confine.Always, "RLIMIT_SIGPENDING is 0, and 64 would do"},
		{"raised", "plain", "-S -i 0", confine.Always, ok},
		{"used up", "waiting", "-S -i 0", confine.Auto, ok},
		{"used up, always", "waiting", "-S -i 0", confine.Always, "signals pending: 100"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFamily(t, os.Geteuid())
			f.setMode(t, c.mode)
			got := f.child(t, c.child, 0, limit(c.limit)...)
			if c.says == ok && got != ok || !strings.Contains(got, c.says) {
				t.Errorf("%s, want %s", got, c.says)
			}
		})
	}
}
