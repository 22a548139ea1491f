//go:build unix

package lesson

import (
	"errors"
	"fmt"
	"os"

	"brood/internal/process"
)

// poolPython runs the Python program of the lesson.
func poolPython(*process.Work) error {
	python := process.New(process.Config{Target: "pool-python-program", Name: "Python"})
	if err := errors.Join(python.Start(), python.Join()); err != nil {
		return err
	}
	if code, _ := python.ExitCode(); code != 0 {
		fmt.Println(tr("这里跳过：没有能运行的 python3，退出码："), code)
	}
	return nil
}

func poolPythonProgram(*process.Work) error {
	return becomePython(PythonSource(poolLesson, os.Getenv(langVariable)))
}
