package lesson

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"brood/internal/status"
)

var singleLesson = Lesson{
	Name:   "single",
	Title:  Text{"one process does one thing after another", "单任务：一个进程先做一件事，再做另一件"},
	Python: "single", Go: []string{"sing", "dance", "single"},
	Intro: Text{
		"A program that sings three times and dances three times. It is one process: one\nsequence of steps, so nothing overlaps.",
		"这个程序唱三次歌、跳三次舞。它只是一个进程：步骤一个接一个，不会同时进行。",
	},
	Scenes: []Scene{{
		Target: "single",
		Questions: []Question{{
			Ask: Text{"How many lines are printed before the first \"dancing\"?", "第一次“跳舞”之前会打印几行？"},
			Truth: func(r *Result) string {
				return fmt.Sprint(slices.IndexFunc(r.Lines(), func(line string) bool { return line == "跳舞" || line == words["跳舞"] }))
			},
			Why: Text{"The second task waits until the first is done.", "第二个任务要等第一个做完。"},
		}},
	}},
}

var multiLesson = Lesson{
	Name:   "multi",
	Title:  Text{"two processes at the same time", "多进程：两个进程同时工作"},
	Python: "multi", Go: []string{"sing", "dance", "multi"},
	Intro: Text{
		"The same songs and dances, each by a process of its own. The main process starts\nthem and waits for them at its end.",
		"同样的唱歌和跳舞，各由一个进程来做。主进程启动它们，最后等待它们结束。",
	},
	Scenes: []Scene{{
		Target: "multi",
		Questions: []Question{{
			Ask:   Text{"How many processes take part, the main process counted?", "算上主进程，一共有几个进程？"},
			Truth: func(r *Result) string { return fmt.Sprint(len(r.Family.Members)) },
			Why:   Text{"The main process is a process, too.", "主进程也是一个进程。"},
		}},
		After: func(r *Result) Text {
			return Text{
				"Run it again: which of the two prints first is nobody's promise. The kernel decides.",
				"再运行一次：谁先打印并没有保证，由内核决定。",
			}
		},
	}},
}

var argsLesson = Lesson{
	Name:   "args",
	Title:  Text{"arguments: a tuple and a dictionary", "带参数的任务：元组和字典"},
	Python: "args", Go: []string{"singArgs", "danceArgs", "args", "argsWrong"},
	Intro: Text{
		"args passes values by their order, kwargs by their names. Here both travel on the\nchild's command line, where ps shows them.",
		"args 按顺序传参，kwargs 按名字传参。在这里，它们都写在子进程的命令行上，用 ps 就能看到。",
	},
	Scenes: []Scene{{
		Target: "args",
		After: func(r *Result) Text {
			lines := commandLines(r.Family)
			return Text{"The children's command lines:\n" + lines, "子进程的命令行：\n" + lines}
		},
	}, {
		Before: Text{
			"Now both mistakes: a tuple in the wrong order, a dictionary with a wrong key.",
			"现在犯两个错误：元组的顺序错了，字典的 key 错了。",
		},
		Target: "args-wrong",
		Questions: []Question{{
			Ask:   Text{"Which exit code do the two children have?", "两个子进程的退出码是多少？"},
			Truth: func(r *Result) string { return exitCodes(r.Family.Children(r.Family.Members[0])) },
			Why:   Text{"A target that fails ends its process with 1, and says why on standard error.", "任务出错的进程以 1 退出，并在标准错误上说明原因。"},
		}},
		After: func(r *Result) Text {
			return Text{
				fmt.Sprintf("The main process still ends with %d: a child's failure is the child's own.", r.Exit.Code),
				fmt.Sprintf("主进程仍以 %d 退出：子进程的失败只是它自己的。", r.Exit.Code),
			}
		},
	}},
}

var pidsLesson = Lesson{
	Name:   "pids",
	Title:  Text{"who am I, who is my parent: getpid and getppid", "获取进程编号：getpid 和 getppid"},
	Python: "pids", Go: []string{"singPIDs", "dancePIDs", "pids"},
	Intro: Text{
		"Every process has a number, its PID, and knows the number of the process that\nstarted it. The letters A, B, C below are the same on each machine; the numbers are not.",
		"每个进程都有编号（PID），也知道启动它的进程的编号。下面的字母 A、B、C 在每台机器上都一样，编号则不同。",
	},
	Scenes: []Scene{{
		Target: "pids",
		Questions: []Question{{
			Ask:     Text{"Whose PID do both children see as their parent's?", "两个子进程看到的父进程编号是谁的？"},
			Choices: []Text{{"the main process's (A)", "主进程 (A) 的"}, {"each other's", "彼此的"}, {"the shell's", "shell 的"}},
			Truth:   parentsOfChildren,
			Why:     Text{"A process's parent is the one that started it, as long as that lives.", "进程的父进程就是启动它的进程，只要后者还活着。"},
		}},
	}},
}

var waitLesson = Lesson{
	Name:   "wait",
	Title:  Text{"the main process waits for its children", "主进程会等待所有子进程结束"},
	Python: "wait", Go: []string{"work", "wait"},
	Intro: Text{
		"The child works ten times, 0.2 s each; the main process has nothing more to do after 1 s.",
		"子进程工作十次，每次 0.2 秒；主进程 1 秒后就没事可做了。",
	},
	Scenes: []Scene{{
		Target: "wait",
		Questions: []Question{{
			Ask:   Text{"How many times is \"working\" printed in all?", "“工作中”一共打印几次？"},
			Truth: func(r *Result) string { return fmt.Sprint(r.Count("工作中")) },
			Why:   Text{"A child that is no daemon is waited for.", "非守护的子进程，主进程会等它结束。"},
		}, {
			Ask:     Text{"Which process ends first?", "哪个进程先结束？"},
			Choices: []Text{{"the main process (A)", "主进程 (A)"}, {"the child (B)", "子进程 (B)"}},
			Truth:   firstToEnd,
			Why: Text{
				"\"the main process ends\" was its last line, not its end: it waited for its child.",
				"“主进程结束”只是它的最后一行输出，并不是它的结束：它在等子进程。",
			},
		}},
	}},
}

var daemonLesson = Lesson{
	Name:   "daemon",
	Title:  Text{"a daemon ends with its parent", "守护进程：主进程结束，子进程随之结束"},
	Python: "daemon", Go: []string{"workDaemon", "daemon", "daemonField"},
	Intro: Text{
		"The same child as in the lesson wait, but a daemon: whose work is not worth waiting for.",
		"和 wait 一课相同的子进程，但设为守护进程：它剩下的工作不值得等待。",
	},
	Scenes: []Scene{{
		Before:    Text{"First way: in the constructor.", "方式一：在构造时设置。"},
		Target:    "daemon",
		Questions: []Question{daemonQuestion},
	}, {
		Before:    Text{"Second way: as a field, before start.", "方式二：启动之前设置属性。"},
		Target:    "daemon-field",
		Questions: []Question{daemonQuestion},
	}},
}

var daemonQuestion = Question{
	Ask:     Text{"How does the child (B) end?", "子进程 (B) 怎样结束？"},
	Choices: []Text{{"by itself, after ten lines", "打印十行后自己结束"}, {"by a signal from its parent", "被父进程的信号结束"}, {"it goes on without a parent", "没有父进程也继续运行"}},
	Truth:   endOfDaemon,
	Why:     Text{"At its end a main process terminates its daemons, and reaps them.", "主进程结束时会终止它的守护进程，并回收它们。"},
}

var copyLesson = Lesson{
	Name:   "copy",
	Title:  Text{"the case study: a folder of videos, a process for each", "案例：多进程拷贝视频文件夹"},
	Python: "copy", Go: []string{"copyFile", "videos"},
	Intro: Text{
		"All files of a folder are copied at once, each by a process of its own. (brood copy\ndoes it with care: this is how it began.)",
		"文件夹中的所有文件同时拷贝，每个文件一个进程。（brood copy 做得更仔细：这是它的起点。）",
	},
	Prepare: prepareCopy,
	Scenes: []Scene{{
		Target: "videos",
		Questions: []Question{{
			Ask:     Text{"How many processes are there, if there are N files?", "有 N 个文件时，一共有几个进程？"},
			Choices: []Text{{"N", "N"}, {"N + 1", "N + 1"}, {"as many as CPUs", "和 CPU 一样多"}},
			Truth:   processesOfCopy,
			Why:     Text{"One for each file, and the main process that waits for them.", "每个文件一个，再加上等待它们的主进程。"},
		}},
	}},
}

// The truths, from what the processes' own kernel said.

func parentsOfChildren(r *Result) string {
	a := r.Family.Members[0]
	for _, child := range r.Family.Children(a) {
		if child.Parent != a.PID || !strings.Contains(r.Output, fmt.Sprintf(" %d\n", child.Parent)) {
			return "3"
		}
	}
	return "1"
}

func firstToEnd(r *Result) string {
	a := r.Family.Members[0]
	for _, child := range r.Family.Children(a) {
		if child.Ended.After(a.Ended) {
			return "1"
		}
	}
	return "2"
}

func endOfDaemon(r *Result) string {
	b := r.Family.Children(r.Family.Members[0])[0]
	switch {
	case b.Signal != "":
		return "2"
	case b.ExitCode != nil:
		return "1"
	default:
		return "3"
	}
}

func processesOfCopy(r *Result) string {
	a := r.Family.Members[0]
	files := 0
	for _, child := range r.Family.Children(a) {
		if slices.Contains(child.Command, "copy-file") {
			files++
		}
	}
	if len(r.Family.Members) == files+1 {
		return "2"
	}
	return "1"
}

// exitCodes is the exit code that all have, or each in turn where they differ.
func exitCodes(members []*status.Member) string {
	var codes []string
	for _, m := range members {
		if m.ExitCode != nil {
			codes = append(codes, fmt.Sprint(*m.ExitCode))
		}
	}
	return strings.Join(slices.Compact(codes), ", ")
}

func commandLines(f *status.Family) string {
	var b strings.Builder
	for _, m := range f.Members[1:] {
		var words []string
		for _, word := range m.Command {
			if strings.ContainsAny(word, " \t\n\"'\\") {
				word = fmt.Sprintf("%q", word)
			}
			words = append(words, word)
		}
		fmt.Fprintf(&b, "  %s  %s\n", m.Letter, strings.Join(words, " "))
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// prepareCopy finds the folder to copy and a place for the copies.
func prepareCopy(folder string) (map[string]string, func(), error) {
	if folder == "" {
		folder = filepath.Join("testdata", "videos")
		if _, err := os.Stat(folder); err != nil {
			return nil, nil, fmt.Errorf("no %s here: name a folder of files to copy", folder)
		}
	}
	temporary, err := os.MkdirTemp("", "brood-lesson-copy-")
	if err != nil {
		return nil, nil, err
	}
	kwargs := map[string]string{"source": folder, "dest": filepath.Join(temporary, "videos")}
	return kwargs, func() { os.RemoveAll(temporary) }, nil
}

func (l Lesson) prepare(folder string) (kwargs map[string]string, after func(), err error) {
	if l.Prepare == nil {
		return nil, func() {}, nil
	}
	return l.Prepare(folder)
}
