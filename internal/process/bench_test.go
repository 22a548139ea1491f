//go:build unix

package process_test

import (
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"brood/internal/process"
)

// BenchmarkStart starts a child that writes one line, and joins it. The metric execs/op (a median) compares its
// time with a run of the same program by os/exec, without the model in the parent. Each start follows such a
// run, so both have the same machine. The row "exec" is that run itself, and shows the noise of the ratio. The
// row "exec of true" shows the kernel's part, without the Go runtime in the child.
func BenchmarkStart(b *testing.B) {
	execSelf := execOf(os.Args[0], "child", "echo") // a child by hand: no parent reads
	for _, row := range []struct {
		name string
		run  func(*testing.B)
	}{
		{"exec of true", execOf("true")},
		{"exec", execSelf},
		{"child", func(b *testing.B) { startAndJoin(b, process.Config{}) }},
		{"child with events", func(b *testing.B) { startAndReceive(b, process.Config{}) }},
		{"child with events and last words", func(b *testing.B) { startAndReceive(b, process.Config{Stderr: new(memory)}) }},
		{"daemon", func(b *testing.B) { startAndJoin(b, process.Config{Daemon: new(true)}) }},
	} {
		b.Run(row.name, func(b *testing.B) {
			row.run(b)                          // the first child makes the lifeline, and the first daemon the guardians
			ratios := make([]float64, 0, 1<<12) // enough capacity, which keeps the slice out of the allocations
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				floor := timeOf(b, execSelf)
				b.StartTimer()
				ratios = append(ratios, timeOf(b, row.run)/floor)
			}
			slices.Sort(ratios)
			b.ReportMetric(ratios[len(ratios)/2], "execs/op")
		})
	}
}

// timeOf returns the time of a run in seconds.
func timeOf(b *testing.B, run func(*testing.B)) float64 {
	began := time.Now()
	run(b)
	return time.Since(began).Seconds()
}

func startAndReceive(b *testing.B, c process.Config) {
	r := newReceiver()
	c.Receive = r.receive
	p := startEcho(b, c)
	<-r.over // before the join, as in the scheduler
	end(b, p)
	if r.text.String() != "[] map[]" {
		b.Fatalf("received %q", r.text.String())
	}
}

func startAndJoin(b *testing.B, c process.Config) { end(b, startEcho(b, c)) }

func startEcho(b *testing.B, c process.Config) *process.Process {
	c.Target = "echo"
	p := process.New(c)
	if err := p.Start(); err != nil {
		b.Fatal(err)
	}
	return p
}

func end(b *testing.B, p *process.Process) {
	if err := p.Join(); err != nil {
		b.Fatal(err)
	}
	if code, err := p.ExitCode(); code != 0 || err != nil {
		b.Fatalf("exit code %d, %v", code, err)
	}
	if err := p.Close(); err != nil {
		b.Fatal(err)
	}
}

// execOf runs a program with one CPU for its Go, as a child has.
func execOf(name string, args ...string) func(*testing.B) {
	path, err := exec.LookPath(name)
	environment := append(os.Environ(), "GOMAXPROCS=1")
	return func(b *testing.B) {
		if err != nil {
			b.Skip("needs ", name, ": ", err)
		}
		cmd := exec.Command(path, args...)
		cmd.Env, cmd.Stdout, cmd.Stderr = environment, os.Stdout, os.Stderr
		if err := cmd.Run(); err != nil {
			b.Fatal(err)
		}
	}
}
