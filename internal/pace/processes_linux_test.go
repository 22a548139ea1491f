package pace

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"brood/internal/testenv"
)

// TestMain runs this binary as a child, too. As "take" it takes from the inherited bucket
// until a given time, and prints the time and the bytes of each turn. As "rate" it prints
// the rate of a process.
func TestMain(m *testing.M) {
	switch {
	case len(os.Args) == 3 && os.Args[1] == "take":
		take(os.Args[2])
	case len(os.Args) == 3 && os.Args[1] == "rate":
		rate(os.Args[2])
	default:
		os.Exit(testenv.New(m).Run())
	}
}

func take(until string) {
	b, err := Open(os.NewFile(3, "bucket"))
	end, parseErr := strconv.ParseInt(until, 10, 64)
	if err := errors.Join(err, parseErr); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(b.now(), 0)
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(end-b.now()))
	defer cancel()
	for {
		n, err := b.Take(ctx, largestTurn, nil)
		if err != nil {
			return
		}
		fmt.Println(b.now(), n)
	}
}

// rate prints the rate that the process pid shares, or the error.
func rate(pid string) {
	n, _ := strconv.Atoi(pid)
	b, err := Of(n)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(b.Rate())
}

// taken is one turn of one process: its time in ns and its bytes.
type taken struct{ at, bytes int64 }

// taker is a child that takes from a bucket.
type taker struct {
	cmd   *exec.Cmd
	lines *bufio.Scanner
}

func startTaker(t *testing.T, b *Bucket, until int64) taker {
	t.Helper()
	cmd := exec.Command("/proc/self/exe", "take", fmt.Sprint(until))
	cmd.ExtraFiles, cmd.Stderr = []*os.File{b.File()}, os.Stderr
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return taker{cmd, bufio.NewScanner(out)}
}

// turns waits for the end of the taker's output, and returns its turns.
func (p taker) turns(t *testing.T) (all []taken) {
	t.Helper()
	for p.lines.Scan() {
		var got taken
		// The last line of a killed taker may be incomplete.
		if _, err := fmt.Sscan(p.lines.Text(), &got.at, &got.bytes); err == nil {
			all = append(all, got)
		}
	}
	must(t, p.lines.Err())
	return all
}

// Several processes take, and one is killed. They never get more than the rate, and they
// get all of it when the machine lets them run.
func TestProcesses(t *testing.T) {
	const rate, d = 8 << 20, 2 * time.Second
	for attempt := 1; ; attempt++ {
		b := newBucket(t, rate)
		began := b.now()
		var takers []taker
		for range 4 {
			takers = append(takers, startTaker(t, b, began+int64(d)))
		}
		takers[0].lines.Scan()
		must(t, takers[0].cmd.Process.Kill())
		var all []taken
		for _, p := range takers {
			all = append(all, p.turns(t)...)
		}
		slices.SortFunc(all, func(a, b taken) int { return cmp.Compare(a.at, b.at) })
		total := int64(0)
		for _, got := range all {
			total += got.bytes
			if at := time.Duration(got.at - began); total > most(rate, at) {
				t.Fatalf("%d bytes in %v, want %d at most", total, at, most(rate, at))
			}
		}
		// A busy machine starts the takers late, so several attempts may be necessary.
		if share := float64(total) / (float64(rate) * d.Seconds()); share >= 0.8 {
			t.Logf("%.0f %% of the rate", 100*share)
			return
		} else if attempt == 10 {
			t.Fatalf("%.0f %% of the rate", 100*share)
		}
	}
}

func TestOf(t *testing.T) {
	b := newBucket(t, 1<<20)
	p := startTaker(t, b, math.MaxInt64)
	for name, pid := range map[string]int{"the maker": os.Getpid(), "an heir": p.cmd.Process.Pid} {
		t.Run(name, func(t *testing.T) {
			var same *Bucket
			var err error
			if !eventually(func() bool { same, err = Of(pid); return err == nil }) {
				t.Fatal(err)
			}
			defer same.Close()
			want := b.Rate()
			if before := same.SetRate(int64(pid) << 12); before != want {
				t.Errorf("the rate before was %d, want %d", before, want)
			}
			if got := b.Rate(); got != int64(pid)<<12 {
				t.Errorf("rate %d", got)
			}
		})
	}
}

func TestOfOthers(t *testing.T) {
	sleeper := exec.Command("sleep", "1000")
	must(t, sleeper.Start())
	t.Cleanup(func() { _ = sleeper.Wait() })
	wantOf(t, sleeper.Process.Pid, ErrNoBucket)
	must(t, sleeper.Process.Kill())
	if !eventually(func() bool { _, err := Of(sleeper.Process.Pid); return errors.Is(err, unix.ESRCH) }) {
		t.Error("Of does not return ESRCH for a zombie")
	}
	wantOf(t, math.MaxInt32, unix.ESRCH)
}

// Of does not map a file with the right name alone: if it were shortened, SIGBUS would end us.
func TestOfImpostor(t *testing.T) {
	for name, size := range map[string]int64{"empty": 0, "long enough": page} {
		t.Run(name, func(t *testing.T) {
			fd, err := unix.MemfdCreate(memoryName, unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
			must(t, err)
			f := os.NewFile(uintptr(fd), memoryName)
			defer f.Close()
			must(t, f.Truncate(size))
			wantOf(t, os.Getpid(), ErrNoBucket)
			_, err = unix.FcntlInt(f.Fd(), unix.F_ADD_SEALS, unix.F_SEAL_SHRINK)
			must(t, err)
			wantOf(t, os.Getpid(), ErrNoBucket)
		})
	}
}

// A process that has the memory cannot change its size.
func TestSealed(t *testing.T) {
	b := newBucket(t, 0)
	for _, size := range []int64{0, 2 * page} {
		if err := b.File().Truncate(size); !errors.Is(err, unix.EPERM) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

// A user who may not trace a process may not see its rate.
func TestOfAnotherUser(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root: to be two users")
	}
	newBucket(t, 1<<20)
	cmd := exec.Command("/proc/self/exe", "rate", fmt.Sprint(os.Getpid()))
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.CombinedOutput()
	must(t, err)
	if !strings.Contains(string(out), "permission denied") {
		t.Errorf("%q", out)
	}
}

func TestOpen(t *testing.T) {
	for name, contents := range map[string]string{
		"empty": "", "short": "broodpac", "no bucket": strings.Repeat("x", int(page)),
	} {
		t.Run(name, func(t *testing.T) {
			f, err := os.CreateTemp(t.TempDir(), "")
			must(t, err)
			defer f.Close()
			_, err = f.WriteString(contents)
			must(t, err)
			if _, err := Open(f); !errors.Is(err, ErrNoBucket) {
				t.Error(err)
			}
		})
	}
}

func newBucket(t *testing.T, rate int64) *Bucket {
	t.Helper()
	b, err := New(rate, 0)
	must(t, err)
	t.Cleanup(func() { must(t, b.Close()) })
	return b
}

func wantOf(t *testing.T, pid int, want error) {
	t.Helper()
	b, err := Of(pid)
	if !errors.Is(err, want) {
		t.Errorf("%v, want %v", err, want)
	}
	if err == nil {
		b.Close()
	}
}

// eventually polls with a deadline that suits even a slow machine.
func eventually(condition func() bool) bool {
	for deadline := time.Now().Add(testenv.Patience); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if condition() {
			return true
		}
	}
	return condition()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
