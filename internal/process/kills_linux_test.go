package process_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"brood/internal/process/umltest"
	"brood/internal/testenv"
)

var (
	killsWanted = flag.Int("kills", 25, "number of families that TestKills kills, with a control group and without")
	killsSeed   = flag.Uint64("kills-seed", 0, "seed of TestKills; 0: another each time")
)

// TestKills kills families: the parent, and by chance guardians and daemons, before it or after it. A daemon's
// descendants in its group end always. Elsewhere they end if a guardian is alive when the parent ends: with a
// control group by that, and without one by their mark. To kill more families, or to repeat a failed run with the seed from its log:
//
//	go test -tags urfave_cli_no_docs,noasm -run '^TestKills$' -v -timeout 1h ./internal/process -kills 500 -kills-seed 7
func TestKills(t *testing.T) {
	testenv.Long(t)
	if *killsSeed == 0 {
		*killsSeed = uint64(time.Now().UnixNano())
	}
	for _, grouped := range []bool{true, false} {
		t.Run(fmt.Sprint("control group ", grouped), func(t *testing.T) {
			t.Logf("seed %d", *killsSeed)
			k := kills{T: t, random: rand.New(rand.NewPCG(*killsSeed, 0)), count: map[string]int{},
				left: map[string]int{}}
			if grouped {
				k.group, k.user = umltest.Delegated(t, nobody), nobody
				t.Cleanup(k.removeGroups)
			}
			for n := 0; n < *killsWanted && !t.Failed(); n++ {
				k.once()
			}
			t.Logf("killed: %v; left: %v", k.count, k.left)
		})
	}
}

// kills kills many families, one after the other.
type kills struct {
	*testing.T
	random *rand.Rand
	group  string // the parents' group; "" for this process's
	user   int    // the parents' user
	count  map[string]int
	left   map[string]int // descendants that stayed, by fate
}

// once kills a parent, and by chance its guardians and daemons, each at a moment of its own or together with
// others.
func (k *kills) once() {
	f := startFamily(k.T, k.group, k.user)
	defer f.end()
	victims := k.victims(f)
	began := time.Now()
	for _, v := range victims {
		time.Sleep(time.Until(began.Add(v.at)))
		_ = syscall.Kill(v.pid, syscall.SIGKILL)
		k.count[v.role]++
	}
	guarded := slices.ContainsFunc(guardiansOf(f.pid), func(pid int) bool {
		return !gone(pid) && !slices.ContainsFunc(victims, func(v victim) bool { return v.pid == pid })
	})
	k.count["families"]++
	if !f.endsBut(func(role string) bool {
		return strings.HasPrefix(role, "session-") && !guarded
	}) {
		k.Errorf("alive: %v, killed: %v, a guardian was left: %t", f.alive(), victims, guarded)
	}
	left := f.alive()
	for _, role := range left {
		k.left[role]++
	}
	if len(left) > 0 {
		k.left["families"]++
	}
}

// removeGroups removes the groups that stay where no guardian was alive.
func (k *kills) removeGroups() {
	for _, below := range []string{"/brood-*/daemons/0", "/brood-*/daemons", "/brood-*"} {
		groups, _ := filepath.Glob(k.group + below)
		for _, group := range groups {
			_ = os.Remove(group)
		}
	}
}

// victim is a process to kill, at a time after the first.
type victim struct {
	role string
	pid  int
	at   time.Duration
}

func (k *kills) victims(f *aFamily) (victims []victim) {
	for _, pid := range childrenOf(f.pid) {
		if k.random.IntN(2) == 0 {
			victims = append(victims, victim{roleOf(pid), pid, 0})
		}
	}
	victims = append(victims, victim{"parent", f.pid, 0})
	for i := range victims {
		if k.random.IntN(2) == 0 {
			victims[i].at = time.Duration(k.random.Int64N(int64(50 * time.Millisecond)))
		}
	}
	k.random.Shuffle(len(victims), func(i, j int) { victims[i], victims[j] = victims[j], victims[i] })
	slices.SortStableFunc(victims, func(a, b victim) int { return int(a.at - b.at) })
	return victims
}

func childrenOf(parent int) (pids []int) {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", parent))
	for _, file := range files {
		text, _ := os.ReadFile(file)
		for _, pid := range strings.Fields(string(text)) {
			pids = append(pids, atoi(pid))
		}
	}
	slices.Sort(pids)
	return pids
}
