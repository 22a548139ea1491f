package lesson

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"

	"brood/internal/process"
)

var poolLesson = Lesson{
	Name:   "pool",
	Title:  Text{"a pool of workers, or a process per item", "进程池，还是每一项一个进程"},
	Python: "pool", Go: []string{"square", "perItem"},
	Intro: Text{
		"A pool has a few worker processes. Each takes one item after another, so few processes start.\n" +
			"brood starts a process for each item, and brood run does so with commands.\n" +
			"Here the process that works on item 3 of 6 is killed.",
		"进程池只有几个工作进程，每个做完一项再取下一项，不用启动很多进程。\n" +
			"brood 给每一项启动一个进程，brood run 运行命令时也是这样。\n" +
			"这里一共有 6 项，做第 3 项的进程会被杀死。",
	},
	Scenes: []Scene{{
		Before: Text{
			"First in Python: B is a Python program with a pool.",
			"先看 Python：B 是一个使用进程池的 Python 程序。",
		},
		Target: "pool-python",
		Questions: []Question{{
			Ask: Text{"What does the program get from the pool?", "程序从进程池得到什么？"},
			Choices: []Text{
				{"six results", "六个结果"}, {"an error for item 3", "关于第 3 项的错误"},
				{"nothing, until its timeout", "什么也没有，直到超时"},
				{"nobody can tell: there is no python3 here", "无法知道：这里没有 python3"},
			},
			Truth: answerOfPool,
			Why: Text{
				"A new worker replaces the dead one, and the other items are done. But the pool does\n" +
					"not know that the dead one had item 3, so its result never comes. Without a timeout, get waits\n" +
					"for ever.",
				"新的工作进程顶替死去的那个，其余各项照常完成。但是进程池不知道死去的进程\n" +
					"拿着第 3 项，这一项的结果永远不会来。如果不设超时，get 会一直等下去。",
			},
		}},
		After: func(r *Result) Text {
			items, workers := itemsOfPool(r)
			if items == 0 {
				return Text{}
			}
			return Text{
				fmt.Sprintf("%d items were begun, by %d processes: see the PIDs.", items, workers),
				fmt.Sprintf("开始了 %d 项，由 %d 个进程来做：请看编号。", items, workers),
			}
		},
	}, {
		Before: Text{"Now in Go: a process for each item.", "再看 Go：每一项一个进程。"},
		Target: "per-item",
		Questions: []Question{{
			Ask:   Text{"How many processes work on the six items?", "有几个进程在做这六项？"},
			Truth: func(r *Result) string { return fmt.Sprint(len(r.Family.Children(r.Family.Members[0]))) },
			Why:   Text{"One per item, so each PID occurs once.", "每一项一个，所以每个编号只出现一次。"},
		}, {
			Ask:     Text{"Which items fail?", "哪些项失败？"},
			Choices: []Text{{"item 3", "第 3 项"}, {"items 3 to 6", "第 3 到第 6 项"}, {"all", "全部"}},
			Truth:   itemsFailed,
			Why: Text{
				"The parent knows which item each of its children has: it blames item 3, and the others are done.",
				"父进程知道每个子进程做的是哪一项：只有第 3 项算失败，其余照常完成。",
			},
		}},
	}},
}

func square(w *process.Work) error {
	item, err := toNumber(w.Args[0])
	if err != nil {
		return err
	}
	fmt.Println(tr("编号："), os.Getpid(), tr("第几项："), item)
	if item == 3 {
		return signalMyself(syscall.SIGKILL)
	}
	fmt.Println(tr("第几项："), item, tr("结果："), item*item)
	return nil
}

func perItem(*process.Work) error {
	var children []*process.Process
	for item := 1; item <= 6; item++ {
		child := process.New(process.Config{Target: "square", Args: []string{strconv.Itoa(item)}})
		if err := child.Start(); err != nil {
			return err
		}
		children = append(children, child)
	}
	for i, child := range children {
		if err := child.Join(); err != nil {
			return err
		}
		if code, _ := child.ExitCode(); code != 0 {
			fmt.Println(tr("第几项："), i+1, tr("退出码："), code)
		}
	}
	return nil
}

// answerOfPool is 1 if Python's pool returned results, 2 if it raised an error, 3 if it did neither, 4 without Python.
func answerOfPool(r *Result) string {
	switch {
	case r.Count("这里跳过：没有能运行的 python3，退出码：") > 0:
		return "4"
	case r.Count("等了 1 秒，没有结果") > 0:
		return "3"
	case r.Count("结果：") > 0:
		return "1"
	default:
		return "2"
	}
}

// itemsOfPool counts the items that were begun, and the processes that began them.
func itemsOfPool(r *Result) (items, workers int) {
	pids := map[string]bool{}
	for _, line := range r.Lines() {
		for _, word := range []string{"编号：", words["编号："]} {
			if rest, found := strings.CutPrefix(line, word+" "); found {
				pid, _, _ := strings.Cut(rest, " ")
				pids[pid] = true
				items++
			}
		}
	}
	return items, len(pids)
}

// itemsFailed is 1 if one child failed, 3 if all did, 2 otherwise.
func itemsFailed(r *Result) string {
	failed := 0
	children := r.Family.Children(r.Family.Members[0])
	for _, child := range children {
		if child.ExitCode == nil || *child.ExitCode != 0 {
			failed++
		}
	}
	switch failed {
	case 1:
		return "1"
	case len(children):
		return "3"
	default:
		return "2"
	}
}
