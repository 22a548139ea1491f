package lesson

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"brood/internal/process"
)

// oneTargets are the targets of the lessons on a process and its parent.
var oneTargets = map[string]process.Target{
	"change-number": changeNumber, "memory": memory,
	"count-primes": countPrimes, "speedup": speedup,
	"add": add, "add-locked": addLocked, "race": race,
	"end-by": endBy, "exitcodes": exitcodes,
	"idle": idle, "idle-stubborn": idleStubborn, "terminate": terminate, "stubborn": stubborn, "stopped": stopped,
	"short-life": shortLife, "zombie": zombie,
	"confined": confined, "confined-child": confinedChild,
	"square": square, "per-item": perItem,
}

var number = 1

func changeNumber(*process.Work) error {
	fmt.Println(tr("子进程，修改之前："), number)
	number = 1000 // the global: var number = 1
	fmt.Println(tr("子进程，修改之后："), number)
	return nil
}

func memory(*process.Work) error {
	fmt.Println(tr("主进程，开始时："), number)
	changeProcess := process.New(process.Config{Target: "change-number"})
	err := errors.Join(changeProcess.Start(), changeProcess.Join())
	fmt.Println(tr("主进程，最后："), number)
	return err
}

func primesBelow(bound int) (count int) {
	for n := 2; n < bound; n++ {
		divisor := 2
		for divisor*divisor <= n && n%divisor != 0 {
			divisor++
		}
		if divisor*divisor > n {
			count++
		}
	}
	return count
}

func countPrimes(w *process.Work) error {
	rounds, err := strconv.Atoi(w.Args[0])
	for range rounds {
		if found := primesBelow(20_000); found != 2262 {
			return fmt.Errorf("%d primes below 20000", found)
		}
	}
	return err
}

func speedup(*process.Work) error {
	n := min(max(2, runtime.NumCPU()), 8) // one per CPU, but 2 to 8
	part := []string{strconv.Itoa(paced(600 / n))}

	start := time.Now()
	for range n {
		if err := countPrimes(&process.Work{Args: part}); err != nil {
			return err
		}
	}
	alone := time.Since(start).Seconds()

	start = time.Now()
	var children []*process.Process
	for range n {
		child := process.New(process.Config{Target: "count-primes", Args: part})
		if err := child.Start(); err != nil {
			return err
		}
		children = append(children, child)
	}
	for _, child := range children {
		if err := child.Join(); err != nil {
			return err
		}
	}
	together := time.Since(start).Seconds()

	fmt.Println(tr("份数："), n)
	fmt.Println(tr("一个进程做所有的份："), alone, "s")
	fmt.Println(tr("每份一个进程："), together, "s")
	fmt.Println(tr("加速比："), alone/together)
	return nil
}

func endBy(w *process.Work) error {
	switch w.Args[0] {
	case "exit 3":
		return process.ExitStatus(3)
	case "exit 256":
		return process.ExitStatus(256)
	case "panic":
		panic("something went wrong")
	case "SIGTERM":
		return signalMyself(syscall.SIGTERM)
	case "SIGKILL":
		return signalMyself(syscall.SIGKILL)
	case "SIGSEGV":
		return signalMyself(syscall.SIGSEGV)
	}
	return nil
}

func exitcodes(*process.Work) error {
	for _, how := range []string{"return", "exit 3", "exit 256", "panic", "SIGTERM", "SIGKILL", "SIGSEGV"} {
		child := process.New(process.Config{Target: "end-by", Name: how, Args: []string{how}})
		err := errors.Join(child.Start(), child.Join())
		code, codeErr := child.ExitCode()
		if err = errors.Join(err, codeErr); err != nil {
			return err
		}
		fmt.Println(how+":", code)
	}
	return nil
}

// signalMyself sends a signal to this process. It returns only if the signal has no effect.
func signalMyself(sig syscall.Signal) error {
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		return err
	}
	if err := self.Signal(sig); err != nil {
		return err
	}
	time.Sleep(time.Minute)
	return fmt.Errorf("%v had no effect", sig)
}

func idle(*process.Work) error {
	time.Sleep(time.Hour)
	return nil
}

func idleStubborn(w *process.Work) error {
	signal.Ignore(syscall.SIGTERM)
	fmt.Fprintln(w.Events, "ready")
	return idle(w)
}

func terminate(*process.Work) error {
	asked := process.New(process.Config{Target: "idle", Name: "asked", Daemon: new(true)})
	killed := process.New(process.Config{Target: "idle", Name: "killed", Daemon: new(true)})
	err := errors.Join(asked.Start(), killed.Start(), asked.Terminate(), killed.Kill(), asked.Join(), killed.Join())
	return errors.Join(err, printCode("terminate:", asked), printCode("kill:", killed))
}

func stubborn(*process.Work) error {
	child := process.New(process.Config{Target: "idle-stubborn", Name: "stubborn", Daemon: new(true), Events: true})
	err := child.Start()
	_, readErr := io.ReadFull(child.Events(), make([]byte, len("ready\n"))) // from now on it ignores SIGTERM
	if err = errors.Join(err, readErr, child.Terminate()); err != nil {
		return err
	}
	if ended, _ := child.JoinTimeout(seconds(0.5)); !ended {
		fmt.Println(tr("收到 SIGTERM 后还在运行"))
	}
	return errors.Join(child.Kill(), child.Join(), printCode("kill:", child))
}

func shortLife(*process.Work) error {
	sleep(0.5)
	return nil
}

func zombie(*process.Work) error {
	child := process.New(process.Config{Target: "short-life"})
	if err := child.Start(); err != nil {
		return err
	}
	ended, err := child.Sentinel()
	if err != nil {
		return err
	}
	<-ended // waits for its end, without reaping it
	fmt.Println(tr("结束之后的状态："), stateOf(child))
	err = child.Kill()
	fmt.Println(tr("SIGKILL 之后的状态："), stateOf(child))
	err = errors.Join(err, child.Join())
	fmt.Println(tr("join 之后的状态："), stateOf(child))
	return errors.Join(err, printCode(tr("退出码："), child))
}

// stateOf returns the kernel's letter for the state of a child: "-" if the child is gone, "?" without /proc.
func stateOf(child *process.Process) string {
	pid, err := child.PID()
	if _, _, ok := kernelSays(os.Getpid()); !ok {
		return "?"
	}
	state, _, ok := kernelSays(pid)
	if err != nil || !ok {
		return "-"
	}
	return state
}

func printCode(how string, child *process.Process) error {
	code, err := child.ExitCode()
	if err == nil {
		fmt.Println(how, code)
	}
	return err
}
