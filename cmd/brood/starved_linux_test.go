package main

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"brood/internal/event"
	"brood/internal/testenv"
)

// busy starts n processes that spin until end is called or the test ends: on the given CPUs, or on all if cpu is nil.
func busy(t *testing.T, n int, cpu *unix.CPUSet) (end func()) {
	t.Helper()
	needs(t, "sh")
	var all []*exec.Cmd
	end = func() {
		for _, cmd := range all {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
		all = nil
	}
	t.Cleanup(func() { end() })
	for range n {
		cmd := exec.Command("sh", "-c", "while :; do :; done")
		cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		must(t, cmd.Start())
		all = append(all, cmd)
		if cpu != nil {
			must(t, unix.SchedSetaffinity(cmd.Process.Pid, cpu))
		}
	}
	return end
}

// threadsOf returns the thread IDs of a process.
func threadsOf(t *testing.T, pid int) (tids []int) {
	t.Helper()
	names, _ := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/task/*")
	for _, name := range names {
		tid, err := strconv.Atoi(filepath.Base(name))
		must(t, err)
		tids = append(tids, tid)
	}
	return tids
}

// starve gives a process only the CPU time that no other process wants, on the given CPUs.
func starve(t *testing.T, pid int, cpu *unix.CPUSet) {
	t.Helper()
	for _, tid := range threadsOf(t, pid) {
		must(t, unix.SchedSetAttr(tid, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_IDLE}, 0))
		must(t, unix.SchedSetaffinity(tid, cpu))
	}
}

// firstCPU returns the first CPU that this process may run on.
func firstCPU(t *testing.T) *unix.CPUSet {
	t.Helper()
	var may, one unix.CPUSet
	must(t, unix.SchedGetaffinity(0, &may))
	for cpu := 0; one.Count() == 0; cpu++ {
		if may.IsSet(cpu) {
			one.Set(cpu)
		}
	}
	return &one
}

// A child that gets no CPU time is not stalled, however long it waits.
func TestStarvedIsNotStalled(t *testing.T) {
	testenv.Long(t)
	const stall = 5 * time.Second
	p, cpu := newPlaceIn(t, "/dev/shm"), firstCPU(t) // a disk that others use may hold up the child for longer
	p.big(t, 1)
	// It reads back what it has written, so it takes a good part of a second of CPU time.
	r := start(t, p, p.copySlowly("--verify", "--hash=sha256", "--stall="+stall.String()))
	held := r.hold(1)
	starve(t, held[0].pid, cpu)
	end := busy(t, 10, cpu)
	goOn(held)
	time.Sleep(4 * stall) // the test is about this time
	end()
	r.wants(0)
	p.equal(t)
	if stalled := r.of(event.Stalled); len(stalled) > 0 {
		t.Errorf("stalled: %+v, want none", stalled)
	}
}

// A child that makes no progress although it could is stalled, also on a busy machine.
func TestStalledOnABusyMachine(t *testing.T) {
	testenv.Long(t)
	for name, c := range map[string]struct {
		do    func(*testing.T, child)
		state string
	}{
		"it spins":      {spinOn, "R"},
		"it is stopped": {func(*testing.T, child) {}, "T"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			p.big(t, 1)
			p.small(t, 5, 3000)
			r := start(t, p, p.copySlowly("--stall=2s", "--jobs=2"))
			held := r.hold(1)[0]
			busy(t, 8, nil)
			since := time.Now()
			c.do(t, held)
			r.wants(1)
			p.equal(t, "big-1")
			wantFailure(r, "big-1", "stalled: no progress for 2s")
			stalled := r.of(event.Stalled)
			if len(stalled) != 1 || stalled[0].PID != held.pid || stalled[0].State != c.state {
				t.Fatalf("stalled: %+v, want child %d in state %s", stalled, held.pid, c.state)
			}
			t.Log("stalled after", stalled[0].Time.Sub(since))
		})
	}
}

// spinOn continues a stopped process, but each of its threads spins: the instruction there becomes a jump to itself.
func spinOn(t *testing.T, c child) {
	t.Helper()
	jump := map[string][]byte{"amd64": {0xeb, 0xfe}, "arm64": {0, 0, 0, 0x14}}[runtime.GOARCH]
	if jump == nil {
		t.Skip("needs amd64 or arm64")
	}
	runtime.LockOSThread() // to the kernel, the tracer is this thread
	defer runtime.UnlockOSThread()
	for _, tid := range threadsOf(t, c.pid) {
		if err := syscall.PtraceAttach(tid); err == syscall.EPERM {
			t.Skip("needs root: to trace a process")
		} else {
			must(t, err)
		}
		_, err := syscall.Wait4(tid, nil, unix.WALL, nil)
		must(t, err)
		var regs syscall.PtraceRegs
		must(t, syscall.PtraceGetRegs(tid, &regs))
		_, err = syscall.PtracePokeData(tid, uintptr(regs.PC()), jump)
		must(t, err)
		must(t, syscall.PtraceDetach(tid))
	}
	c.signal(syscall.SIGCONT)
}

// With a low rate and many children, each waits for its turn much longer than --stall. None is stalled.
func TestManyWaitForTheirTurn(t *testing.T) {
	testenv.Long(t)
	const children, stall = 180, 2 * time.Second // a turn at 8 KiB/s takes half a second
	p := newPlace(t)
	p.small(t, children, 16*kib)
	r := start(t, p, p.copy(fmt.Sprint("--jobs=", children), "--bwlimit=8K", "--stall="+stall.String()))
	r.waits(children * 9 / 10) // the others had their turn at once
	time.Sleep(5 * stall)      // the test is about this time
	r.wantLimit(uint32(syscall.Getuid()), "off, was 8.0 KiB/s", r.pid, "off")
	r.wants(0)
	p.equal(t)
	if stalled := r.of(event.Stalled); len(stalled) > 0 {
		t.Errorf("%d children stalled, want none; the first one: %+v", len(stalled), stalled[0])
	}
}
