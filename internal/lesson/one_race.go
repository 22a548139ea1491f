package lesson

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"brood/internal/process"
)

const additions = 20 // of each process

func add(w *process.Work) error {
	file := w.Args[0]
	for i := range additions {
		number, err := readNumber(file)
		if i == 0 {
			err = errors.Join(err, meet(file)) // both read before one of them writes
		}
		sleep(0.01)
		if err = errors.Join(err, writeNumber(file, number+1)); err != nil {
			return err
		}
	}
	return nil
}

func addLocked(w *process.Work) error {
	file := w.Args[0]
	for range additions {
		err := lock(file)
		number, readErr := readNumber(file)
		sleep(0.01)
		err = errors.Join(err, readErr, writeNumber(file, number+1), unlock(file))
		if err != nil {
			return err
		}
	}
	return nil
}

func race(w *process.Work) error {
	target, file := w.Args[0], filepath.Join(w.Kwargs["folder"], "number")
	one := process.New(process.Config{Target: target, Args: []string{file}})
	two := process.New(process.Config{Target: target, Args: []string{file}})
	err := errors.Join(writeNumber(file, 0), one.Start(), two.Start(), one.Join(), two.Join())
	number, readErr := readNumber(file)
	fmt.Println(tr("应该是："), 2*additions)
	fmt.Println(tr("实际是："), number)
	return errors.Join(err, readErr)
}

func readNumber(file string) (int, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(string(text))
}

// writeNumber replaces the file, so no process reads half a number.
func writeNumber(file string, number int) error {
	own := fmt.Sprintf("%s.%d", file, os.Getpid())
	err := os.WriteFile(own, []byte(strconv.Itoa(number)), 0o666)
	return errors.Join(err, os.Rename(own, file))
}

func lock(file string) error {
	for {
		err := os.Mkdir(file+".lock", 0o777) // only one process can make the folder
		if !errors.Is(err, os.ErrExist) {
			return err
		}
		time.Sleep(time.Millisecond)
	}
}

func unlock(file string) error {
	return os.Remove(file + ".lock")
}

// meet waits until two processes call it.
func meet(file string) error {
	folder := file + ".met"
	err := os.MkdirAll(folder, 0o777)
	err = errors.Join(err, os.WriteFile(filepath.Join(folder, strconv.Itoa(os.Getpid())), nil, 0o666))
	for deadline := time.Now().Add(time.Minute); err == nil; time.Sleep(time.Millisecond) {
		met, _ := os.ReadDir(folder)
		if len(met) == 2 {
			return nil
		}
		if time.Now().After(deadline) {
			err = errors.New("the other process has not started within a minute")
		}
	}
	return err
}
