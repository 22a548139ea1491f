package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"brood/internal/event"
	"brood/internal/process/umltest"
	"brood/internal/testenv"
)

var runKills = flag.Int("run-kills", 20,
	"how many runs TestKilledRuns kills, for each user with a control group and without")

// hostile is a command that does what it can to stay alive. Its descendants run under the names of their roles. Those
// named clean have an empty environment, and one has also lost the mark in its limits.
const hostile = `trap '' TERM HUP INT QUIT
: {}
role=$BROOD_TEST/role
$role-member 1000 &
($role-member 1000 &)
env -i $role-clean-member 1000 &
setsid $role-session 1000 &
env -i setsid $role-clean-session 1000 &
env -i setsid prlimit --rttime=unlimited $role-unmarked-session 1000 &
setsid sh -c "$role-session 1000 & kill -STOP \$\$" &
sh -c 'kill -STOP $$' &
case $BROOD_SEQ in *[02468]) kill -STOP $$; esac
`

// TestKilledRuns kills brood at random moments while it runs hostile commands. With a control group nothing is left of
// them. Without one, only what has left its group without a mark may stay. To kill more runs, or to repeat
// those of a failed test (its log has the seed):
//
//	go test -tags urfave_cli_no_docs,noasm -run KilledRuns -v -timeout 2h ./cmd/brood -run-kills 500 -seed 7
func TestKilledRuns(t *testing.T) {
	testenv.Long(t)
	t.Parallel()
	users := map[string]int{"own user": os.Getuid()}
	if os.Getuid() == 0 {
		users["nobody"] = nobody
	}
	for name, user := range users {
		for _, grouped := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, control group %t", name, grouped), func(t *testing.T) {
				h := hostility{place: newPlace(t), user: user, started: map[int]int{}, left: map[string]int{}}
				h.random = rand.New(rand.NewPCG(seedOfKills(), uint64(user)))
				h.makeRoles()
				if grouped {
					h.group = umltest.Delegated(t, user)
				}
				h.measure()
				for round := 1; round <= *runKills && !t.Failed(); round++ {
					h.kill(round)
				}
				t.Logf("seed %d: %d runs killed; by the number of commands that had started: %v; left: %v; "+
					"all others had ended after %v", seedOfKills(), *runKills, h.started, h.left, h.longest)
			})
		}
	}
}

// hostility runs hostile commands and kills their parent.
type hostility struct {
	place
	random *rand.Rand
	user   int
	group  string // a control group for brood; "" for the test's own

	whole   time.Duration  // until all processes are there
	started map[int]int    // number of runs, by the number of their commands when they were killed
	left    map[string]int // how many processes were left, by role
	longest time.Duration  // from a kill to the end of the others
}

// makeRoles makes a program for each role that sleeps.
func (p place) makeRoles() {
	p.t.Helper()
	needs(p.t, "setsid")
	needs(p.t, "prlimit")
	sleep, err := exec.LookPath("sleep")
	must(p.t, err)
	for _, role := range []string{"member", "clean-member", "session", "clean-session", "unmarked-session"} {
		must(p.t, os.Symlink(sleep, p.dir+"/role-"+role))
	}
}

// roles returns the live processes of the place with their roles: a name of makeRoles, or else "other".
func (p place) roles() map[int]string {
	mark, buffer, found := p.mark()+"\x00", make([]byte, 64<<10), map[int]string{}
	for _, pid := range pids() {
		_, role, named := strings.Cut(strings.Join(argv(pid), " "), p.dir+"/role-")
		if !named && !strings.Contains(string(environ(pid, buffer)), mark) || gone(pid) {
			continue
		}
		found[pid] = "other"
		if named {
			found[pid], _, _ = strings.Cut(role, " ")
		}
	}
	return found
}

// runHostile returns brood with six hostile commands, four at once. last is the end of their script.
func (h *hostility) runHostile(last string, flags ...string) *exec.Cmd {
	args := append([]string{"run", "--shell", "-j4"}, flags...)
	cmd := h.brood(append(args, hostile+last, ":::", "1", "2", "3", "4", "5", "6")...)
	switch {
	case h.group != "":
		cmd = in(h.t, h.group, uint32(h.user), cmd)
	case h.user != os.Getuid():
		credential := &syscall.Credential{Uid: uint32(h.user), Gid: uint32(h.user)}
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: credential}
	}
	return cmd
}

// measure takes the time until all processes of an undisturbed run are there.
func (h *hostility) measure() {
	h.t.Helper()
	began := time.Now()
	r := start(h.t, h.place, h.runHostile("wait"))
	h.awaitAll(r)
	h.whole = time.Since(began)
	h.endRoles()
	<-r.ended
}

// awaitAll waits until four commands run, with all of their descendants.
func (h *hostility) awaitAll(r *run) {
	h.t.Helper()
	const all = 1 + 2 + 4*10 // brood, guardians, commands
	if !eventually(func() bool { return len(h.roles()) >= all || r.over() }) || r.over() {
		h.t.Fatalf("there are %v, want %d processes; stderr:\n%s", h.roles(), all, r.stderr())
	}
}

// kill kills a run at a random moment, and waits until only those are left that may be.
func (h *hostility) kill(round int) {
	h.t.Helper()
	_ = os.Remove(h.dir + "/record") // of the run before
	r := start(h.t, h.place, h.runHostile("wait", "--record=record"))
	when := h.random.Float64()
	time.Sleep(time.Duration(when * when * float64(h.whole))) // more often early, when the commands begin
	began := time.Now()
	r.signal(syscall.SIGKILL)
	<-r.ended
	if !eventually(func() bool { return len(h.broken(h.roles())) == 0 }) {
		h.t.Errorf("round %d: alive: %v; stderr:\n%s", round, h.broken(h.roles()), r.stderr())
	}
	h.longest = max(h.longest, time.Since(began))
	h.started[len(r.of(event.Started))]++
	for _, role := range h.roles() {
		h.left[role]++
	}
	h.endRoles()
	h.removeGroups()
}

// broken returns the processes that must have ended when brood has been killed.
func (h *hostility) broken(roles map[int]string) map[int]string {
	broken := map[int]string{}
	for pid, role := range roles {
		if role != "unmarked-session" || h.group != "" {
			broken[pid] = role
		}
	}
	return broken
}

// endRoles kills all processes of the place. It looks several times, since a process in the middle of an exec has no
// command line.
func (p place) endRoles() {
	p.t.Helper()
	quiet := 0
	if !eventually(func() bool {
		left := p.roles()
		for pid := range left {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		if quiet++; len(left) > 0 {
			quiet = 0
		}
		return quiet == 3
	}) {
		p.t.Errorf("alive after SIGKILL: %v", p.roles())
	}
}

// removeGroups removes the groups of a parent that was killed before it had a guardian.
func (h *hostility) removeGroups() {
	for _, below := range []string{"/brood-*/daemons/0", "/brood-*/daemons", "/brood-*"} {
		groups, _ := filepath.Glob(h.group + below)
		for _, group := range groups {
			_ = os.Remove(group)
		}
	}
}
