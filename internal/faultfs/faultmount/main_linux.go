package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"brood/internal/faultfs"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "faultmount:", err)
		os.Exit(1)
	}
}

func run() error {
	cached := flag.Bool("cached", false, "let the kernel cache contents, as it does for a disk")
	flag.Parse()
	if flag.NArg() < 2 {
		return errors.New("want MOUNTED BENEATH [RULE...]")
	}
	rules, err := parseRules(flag.Args()[2:])
	if err != nil {
		return err
	}
	f, err := faultfs.Mount(flag.Arg(0), flag.Arg(1), faultfs.Options{Cached: *cached})
	if err != nil {
		return err
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM)
	return serve(f, rules, os.Stdin, os.Stdout, signals)
}

// serve reads control and writes events, as doc.go shows. It unmounts f at the end of control, or at a signal.
func serve(f *faultfs.FS, rules []faultfs.Rule, control io.Reader, events io.Writer, signals <-chan os.Signal) error {
	lines := make(chan string)
	go func() {
		defer close(lines)
		for scanner := bufio.NewScanner(control); scanner.Scan(); {
			lines <- scanner.Text()
		}
	}()
	met := make(chan int)
	faults := inject(f, rules, met)
	fmt.Fprintln(events, "mounted")
	for {
		select {
		case n := <-met:
			fmt.Fprintln(events, "met", n)
		case _, more := <-lines:
			if !more {
				return f.Unmount()
			}
			for _, fault := range faults {
				fault.Remove()
			}
		case <-signals:
			return f.Unmount()
		}
	}
}

// inject injects the rules, and sends the number of each rule whose fault happens. The goroutine of a fault that
// never happens stays until the process ends.
func inject(f *faultfs.FS, rules []faultfs.Rule, met chan<- int) (faults []*faultfs.Fault) {
	for i, rule := range rules {
		fault := f.Inject(rule)
		faults = append(faults, fault)
		go func() {
			<-fault.Met()
			met <- i + 1
		}()
	}
	return faults
}
