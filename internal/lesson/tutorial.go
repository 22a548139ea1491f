package lesson

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"brood/internal/process"
)

// tutorialTargets are the targets of the tutorial's programs.
var tutorialTargets = map[string]process.Target{
	"sing": sing, "dance": dance, "single": single, "multi": multi,
	"sing-args": singArgs, "dance-args": danceArgs, "args": args, "args-wrong": argsWrong,
	"sing-pids": singPIDs, "dance-pids": dancePIDs, "pids": pids,
	"work": work, "wait": wait,
	"work-daemon": workDaemon, "daemon": daemon, "daemon-field": daemonField,
	"copy-file": copyFile, "videos": videos,
}

func sing(*process.Work) error {
	for range 3 {
		fmt.Println(tr("唱歌"))
		sleep(0.5)
	}
	return nil
}

func dance(*process.Work) error {
	for range 3 {
		fmt.Println(tr("跳舞"))
		sleep(0.5)
	}
	return nil
}

func single(w *process.Work) error {
	start := time.Now()
	err := errors.Join(sing(w), dance(w))
	fmt.Println(tr("执行时间共"), time.Since(start).Seconds(), "s")
	return err
}

func multi(*process.Work) error {
	singProcess := process.New(process.Config{Target: "sing"})
	danceProcess := process.New(process.Config{Target: "dance"})
	return errors.Join(singProcess.Start(), danceProcess.Start())
}

func singArgs(w *process.Work) error {
	name := w.Args[0]
	num, err := toNumber(w.Args[1])
	for range num {
		fmt.Println(name, tr("在唱歌"))
		sleep(0.5)
	}
	return err
}

func danceArgs(w *process.Work) error {
	num, err := toNumber(w.Kwargs["num"])
	for range num {
		fmt.Println(tr("跳舞"))
		sleep(0.5)
	}
	return err
}

// toNumber is strconv.Atoi, with an error in the lesson's language.
func toNumber(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf(tr("不是数字：%q"), text)
	}
	return n, nil
}

func args(*process.Work) error {
	s1 := process.New(process.Config{Target: "sing-args", Args: []string{tr("夏明"), "3"}})
	s2 := process.New(process.Config{Target: "dance-args", Kwargs: map[string]string{"num": "5"}})
	return errors.Join(s1.Start(), s2.Start())
}

func argsWrong(*process.Work) error {
	order := process.New(process.Config{Target: "sing-args", Args: []string{"3", tr("夏明")}})
	key := process.New(process.Config{Target: "dance-args", Kwargs: map[string]string{"nums": "5"}})
	return errors.Join(order.Start(), key.Start())
}

func singPIDs(w *process.Work) error {
	fmt.Println(tr("唱歌进程的编号："), os.Getpid())
	fmt.Println(tr("唱歌的父进程编号"), os.Getppid())
	return singArgs(w)
}

func dancePIDs(w *process.Work) error {
	fmt.Println(tr("跳舞进程的编号："), os.Getpid())
	fmt.Println(tr("跳舞的父进程编号"), os.Getppid())
	return danceArgs(w)
}

func pids(*process.Work) error {
	fmt.Println(tr("主进程编号："), os.Getpid())
	singProcess := process.New(process.Config{Target: "sing-pids", Args: []string{tr("小明"), "3"}})
	danceProcess := process.New(process.Config{Target: "dance-pids", Kwargs: map[string]string{"num": "3"}})
	return errors.Join(singProcess.Start(), danceProcess.Start())
}

func work(*process.Work) error {
	for range 10 {
		fmt.Println(tr("工作中"))
		sleep(0.2)
	}
	return nil
}

func wait(*process.Work) error {
	workProcess := process.New(process.Config{Target: "work"})
	err := workProcess.Start()
	sleep(1)
	fmt.Println(tr("主进程结束"))
	return err
}

func workDaemon(*process.Work) error {
	for range 10 {
		fmt.Println(tr("工作中。。。。"))
		sleep(0.2)
	}
	return nil
}

func daemon(*process.Work) error {
	workProcess := process.New(process.Config{Target: "work-daemon", Daemon: new(true)})
	err := workProcess.Start()
	sleep(1)
	fmt.Println(tr("主进程结束"))
	return err
}

func daemonField(*process.Work) error {
	workProcess := process.New(process.Config{Target: "work-daemon"})
	err := errors.Join(workProcess.SetDaemon(true), workProcess.Start())
	sleep(1)
	fmt.Println(tr("主进程结束"))
	return err
}

func copyFile(w *process.Work) error {
	fileName, sourceDir, destDir := w.Args[0], w.Args[1], w.Args[2]
	source, err := os.Open(filepath.Join(sourceDir, fileName))
	if err != nil {
		return err
	}
	defer source.Close()
	dest, err := os.Create(filepath.Join(destDir, fileName))
	if err != nil {
		return err
	}
	_, err = io.Copy(dest, source)
	return errors.Join(err, dest.Close())
}

func videos(w *process.Work) error {
	sourceDir, destDir := w.Kwargs["source"], w.Kwargs["dest"]
	err := os.MkdirAll(destDir, 0o777)
	files, readErr := os.ReadDir(sourceDir)
	for _, file := range files {
		copyProcess := process.New(process.Config{Target: "copy-file", Args: []string{file.Name(), sourceDir, destDir}})
		err = errors.Join(err, copyProcess.Start())
	}
	return errors.Join(err, readErr)
}
