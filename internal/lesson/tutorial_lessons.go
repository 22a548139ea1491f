package lesson

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

var singleLesson = Lesson{
	Name:   "single",
	Title:  Text{"one process does one thing after another", "单任务：一个进程按顺序做两件事"},
	Python: "single", Go: []string{"sing", "dance", "single"},
	Intro: Text{
		"This program sings three times, then dances three times. One process does it all, step by step,\n" +
			"so nothing overlaps.",
		"这个程序先唱三次歌，再跳三次舞。只有一个进程：一步接一步，不会同时进行。",
	},
	Scenes: []Scene{{
		Target: "single",
		Questions: []Question{{
			Ask: Text{
				"How many lines are printed before the first \"dancing\"?",
				"打印第一个“跳舞”之前，会打印几行？",
			},
			Truth: linesBeforeDancing,
			Why:   Text{"The second task starts when the first is done.", "第一个任务做完，第二个才开始。"},
		}},
	}},
}

var multiLesson = Lesson{
	Name:   "multi",
	Title:  Text{"two processes at the same time", "多进程：两个进程同时工作"},
	Python: "multi", Go: []string{"sing", "dance", "multi"},
	Intro: Text{
		"The same songs and dances, each in a process of its own. The main process starts both,\n" +
			"and waits for them at its end.",
		"同样的唱歌和跳舞，各由一个进程来做。主进程启动它们，最后等它们结束。",
	},
	Scenes: []Scene{{
		Target: "multi",
		Questions: []Question{{
			Ask:   Text{"How many processes are there, including the main process?", "算上主进程，一共有几个进程？"},
			Truth: processesInAll,
			Why:   Text{"The main process is a process too.", "主进程本身也是一个进程。"},
		}},
		After: func(*Result) Text {
			return Text{
				"Run it again: either process can print first. The kernel decides, and promises no order.",
				"再运行一次：谁先打印并不固定，由内核决定。",
			}
		},
	}},
}

var argsLesson = Lesson{
	Name:   "args",
	Title:  Text{"arguments: a tuple and a dictionary", "给任务传参：元组和字典"},
	Python: "args", Go: []string{"singArgs", "danceArgs", "toNumber", "args", "argsWrong"},
	Intro: Text{
		"args passes values by position, kwargs by name. Here both are on the child's command line,\n" +
			"where ps shows them.",
		"args 按位置传参，kwargs 按名字传参。在这里，两者都写在子进程的命令行上，用 ps 就能看到。",
	},
	Scenes: []Scene{{
		Target: "args",
		After: func(r *Result) Text {
			lines := commandLines(r.Family)
			return Text{"The children's command lines:\n" + lines, "子进程的命令行：\n" + lines}
		},
	}, {
		Before: Text{
			"Now two mistakes: values in the wrong order, and a wrong key.",
			"再看两个错误：元组的顺序不对，字典的 key 写错。",
		},
		Target: "args-wrong",
		Questions: []Question{{
			Ask:   Text{"What is the exit code of both children?", "两个子进程的退出码都是多少？"},
			Truth: func(r *Result) string { return exitCodes(r.Family.Children(r.Family.Members[0])) },
			Why: Text{
				"A process whose target fails exits with 1, and writes the reason to standard error.",
				"任务出错时，进程以退出码 1 结束，并把原因写到标准错误。",
			},
		}},
		After: func(r *Result) Text {
			return Text{
				fmt.Sprintf("The main process still exits with %d: its child's failure is not its own.", r.Exit.Code),
				fmt.Sprintf("主进程的退出码仍是 %d：子进程失败，不等于父进程失败。", r.Exit.Code),
			}
		},
	}},
}

var pidsLesson = Lesson{
	Name:   "pids",
	Title:  Text{"who am I, who is my parent: getpid and getppid", "获取进程编号：getpid 和 getppid"},
	Python: "pids", Go: []string{"singPIDs", "dancePIDs", "pids"},
	Intro: Text{
		"Every process has a number, its PID. It also knows the PID of its parent, the process that\n" +
			"started it. The letters A, B, C below are the same on every machine. The PIDs are not.",
		"每个进程都有编号（PID），也知道父进程（启动它的进程）的编号。\n" +
			"下面的字母 A、B、C 在每台机器上都一样，编号则不同。",
	},
	Scenes: []Scene{{
		Target: "pids",
		Questions: []Question{{
			Ask: Text{
				"Both children print their parent's PID. Whose is it?",
				"两个子进程都打印了父进程编号，它是谁的编号？",
			},
			Choices: []Text{
				{"the main process's (A)", "主进程（A）的"}, {"the other child's", "另一个子进程的"},
				{"the shell's", "shell 的"},
			},
			Truth: parentsOfChildren,
			Why: Text{
				"The parent of a process is the process that started it, while that one lives.",
				"父进程就是启动它的进程，只要那个进程还活着。",
			},
		}},
	}},
}

var waitLesson = Lesson{
	Name:   "wait",
	Title:  Text{"the main process waits for its children", "主进程会等待所有子进程结束"},
	Python: "wait", Go: []string{"work", "wait"},
	Intro: Text{
		"The child works ten times, 0.2 s each. After 1 s the main process has nothing left to do.",
		"子进程工作十次，每次 0.2 秒。1 秒后，主进程就没有事情可做了。",
	},
	Scenes: []Scene{{
		Target: "wait",
		Questions: []Question{{
			Ask:   Text{"How many times is \"working\" printed?", "“工作中”一共打印几次？"},
			Truth: func(r *Result) string { return fmt.Sprint(r.Count("工作中")) },
			Why: Text{
				"At its end a process waits for its children, unless they are daemons.",
				"进程结束之前，会等待所有非守护的子进程。",
			},
		}, {
			Ask:     Text{"Which process ends first?", "哪个进程先结束？"},
			Choices: []Text{{"the main process (A)", "主进程（A）"}, {"the child (B)", "子进程（B）"}},
			Truth:   firstToEnd,
			Why: Text{
				"\"the main process ends\" is the last line that it prints. Then it waits for its child.",
				"“主进程结束”只是它打印的最后一行。之后它还要等子进程。",
			},
		}},
	}},
}

var daemonLesson = Lesson{
	Name:   "daemon",
	Title:  Text{"a daemon ends with its parent", "守护进程：随主进程一起结束"},
	Python: "daemon", Go: []string{"workDaemon", "daemon", "daemonField"},
	Intro: Text{
		"The child of the lesson wait again, but as a daemon: nobody waits until its work is done.",
		"还是 wait 一课的子进程，但设为守护进程：主进程不等它做完剩下的工作。",
	},
	Scenes: []Scene{{
		Before:    Text{"First way: an argument of the constructor.", "方式一：创建对象时设置。"},
		Target:    "daemon",
		Questions: []Question{daemonQuestion},
	}, {
		Before:    Text{"Second way: an attribute, set before start.", "方式二：启动之前设置属性。"},
		Target:    "daemon-field",
		Questions: []Question{daemonQuestion},
	}},
}

var daemonQuestion = Question{
	Ask: Text{"How does the child (B) end?", "子进程（B）怎样结束？"},
	Choices: []Text{
		{"by itself, after ten lines", "打印十行后自己结束"},
		{"by a signal from its parent", "被父进程用信号终止"},
		{"it does not: it works on without a parent", "不结束：没有父进程也继续工作"},
	},
	Truth: endOfDaemon,
	Why: Text{
		"At its end the main process terminates its daemons, and reaps them.",
		"主进程结束时，会终止并回收它的守护进程。",
	},
}

var copyLesson = Lesson{
	Name:   "copy",
	Title:  Text{"the case study: copy a folder of videos, one process per file", "案例：多进程拷贝视频文件夹"},
	Python: "copy", Go: []string{"copyFile", "videos"},
	Intro: Text{
		"The program copies all files of a folder at the same time, one process per file. (brood copy\n" +
			"grew from this program, and is far more careful.)",
		"同时拷贝文件夹中的所有文件，每个文件一个进程。（brood copy 由这个程序发展而来，做得更仔细。）",
	},
	Folder:  true,
	Prepare: prepareCopy,
	Scenes: []Scene{{
		Target: "videos",
		Questions: []Question{{
			Ask:     Text{"There are N files. How many processes are there?", "有 N 个文件时，一共有几个进程？"},
			Choices: []Text{{"N", "N"}, {"N + 1", "N + 1"}, {"as many as CPUs", "和 CPU 一样多"}},
			Truth:   processesOfCopy,
			Why: Text{
				"One per file, and the main process, which waits for them.",
				"每个文件一个，再加上等待它们的主进程。",
			},
		}},
	}},
}

// prepareCopy finds the folder to copy, and makes a folder for the copies.
func prepareCopy(folder string) (kwargs map[string]string, after func(), err error) {
	if folder == "" {
		folder = filepath.Join("testdata", "videos")
		if _, err := os.Stat(folder); err != nil {
			return nil, nil, &Lacking{"no " + folder + " here: name a folder of files to copy"}
		}
	}
	if err := list(folder); err != nil {
		return nil, nil, err
	}
	temporary, err := os.MkdirTemp("", "brood-lesson-copy-")
	if err != nil {
		return nil, nil, err
	}
	kwargs = map[string]string{"source": folder, "dest": filepath.Join(temporary, "videos")}
	return kwargs, func() { os.RemoveAll(temporary) }, nil
}

// list returns the error of listing a folder, if any.
func list(folder string) error {
	if _, err := os.ReadDir(folder); err != nil {
		return fmt.Errorf("list %q: %w", folder, errors.Unwrap(err))
	}
	return nil
}

func (l Lesson) prepare(folder string) (kwargs map[string]string, after func(), err error) {
	if l.Prepare == nil {
		return nil, func() {}, nil
	}
	return l.Prepare(folder)
}
