//go:build ignore

// Lean copies the files of a folder, each with its own process, and does nothing else. It shows what Go itself costs:
// the start of a small Go program for each file, and os/exec in the parent.
//
//	lean N SOURCE DEST     the parent: runs itself for each file in the folder SOURCE, N at once
//	lean FILE COPY         a child
package main

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
)

func main() {
	if len(os.Args) == 3 {
		must(copyFile(os.Args[1], os.Args[2]))
		return
	}
	n, err := strconv.Atoi(os.Args[1])
	must(err)
	files, err := os.ReadDir(os.Args[2])
	must(err)
	names := make(chan string)
	var children sync.WaitGroup
	for range n {
		children.Go(func() {
			for name := range names {
				child := exec.Command("/proc/self/exe", os.Args[2]+"/"+name, os.Args[3]+"/"+name)
				child.Env = append(os.Environ(), "GOMAXPROCS=1")
				child.Stderr = os.Stderr
				must(child.Run())
			}
		})
	}
	for _, file := range files {
		names <- file.Name()
	}
	close(names)
	children.Wait()
}

// copyFile copies with as few system calls as cp. It is for files of one block.
func copyFile(from, to string) error {
	in, err := syscall.Open(from, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	var info syscall.Stat_t
	if err := syscall.Fstat(in, &info); err != nil {
		return err
	}
	out, err := syscall.Open(to, syscall.O_WRONLY|syscall.O_CREAT|syscall.O_EXCL|syscall.O_CLOEXEC, info.Mode&0o777)
	if err != nil {
		return err
	}
	buffer := make([]byte, 4096)
	for {
		n, err := syscall.Read(in, buffer)
		if err != nil || n == 0 {
			return err
		}
		if _, err := syscall.Write(out, buffer[:n]); err != nil {
			return err
		}
	}
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "lean:", err)
		os.Exit(1)
	}
}
