package census

import (
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"brood/internal/process"
	"brood/internal/testenv"
)

// TestMain runs the targets of children, and otherwise the tests.
func TestMain(m *testing.M) {
	if status, ok := process.Main(os.Args, lookup); ok {
		os.Exit(status)
	}
	os.Exit(testenv.New(m).Run())
}

// lookup finds the targets of these tests. All of them wait until they are terminated. copy opens its last file first.
func lookup(name string) (process.Target, bool) {
	work, ok := map[string]process.Target{"copy": open, "link": wait, "sing": wait, "start": startOne}[name]
	return work, ok
}

func wait(*process.Work) error {
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM)
	<-ended
	return nil
}

func open(w *process.Work) error {
	root, err := os.OpenRoot(w.Kwargs["source"])
	if err != nil {
		return err
	}
	defer root.Close()
	file, err := root.Open(w.Args[len(w.Args)-1])
	if err != nil {
		return err
	}
	defer file.Close()
	return wait(w)
}

func startOne(w *process.Work) error {
	child := process.New(process.Config{Target: "sing"})
	if err := child.Start(); err != nil {
		return err
	}
	defer child.Join()
	defer child.Terminate()
	return wait(w)
}

// start starts a child and returns its PID. The child ends with the test.
func start(t *testing.T, c process.Config) int {
	t.Helper()
	child := process.New(c)
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = child.Kill() // an error if it has ended
		child.Join()
	})
	pid, _ := child.PID()
	return pid
}

// find takes censuses until the process is as expected. It returns the process and its parent.
func find(t *testing.T, pid int, as func(*Process) bool) (found, parent *Process) {
	t.Helper()
	for deadline := time.Now().Add(testenv.Patience); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		found, parent = nil, nil
		c, err := Take()
		if err != nil {
			t.Fatal(err)
		}
		c.each(func(p *Process) {
			if p.PID == pid {
				found = p
			}
			for _, below := range p.Children {
				if below.PID == pid {
					parent = p
				}
			}
		})
		if found != nil && as(found) {
			return found, parent
		}
	}
	t.Fatalf("pid %d does not become as expected: %+v", pid, found)
	return nil, nil
}
