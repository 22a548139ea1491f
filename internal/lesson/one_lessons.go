package lesson

import (
	"fmt"
	"os"
)

var memoryLesson = Lesson{
	Name:   "memory",
	Title:  Text{"each process has its own memory", "进程之间不共享全局变量"},
	Python: "memory", Go: []string{"changeNumber", "memory"},
	Intro: Text{
		"A global variable is 1. The child sets it to 1000. Then the main process prints it.\n" +
			"In Python the child is a copy of its parent (fork), or runs the program anew (spawn).\n" +
			"In Go it always runs the program anew. The result is the same.",
		"全局变量的值是 1。子进程把它改成 1000，然后主进程打印它的值。\n" +
			"在 Python 中，子进程是父进程的副本（fork），或者从头运行程序（spawn）；\n" +
			"在 Go 中总是从头运行。结果都一样。",
	},
	Scenes: []Scene{{
		Target: "memory",
		Questions: []Question{{
			Ask: Text{
				"What does the child print before it changes the variable?",
				"子进程修改之前，打印的值是多少？",
			},
			Truth: func(r *Result) string { return printed(r, "子进程，修改之前：") },
			Why: Text{
				"The child has its own variable, with the same initial value.",
				"子进程有自己的一份变量，初始值相同。",
			},
		}, {
			Ask:   Text{"What does the main process print at the end?", "主进程最后打印的值是多少？"},
			Truth: func(r *Result) string { return printed(r, "主进程，最后：") },
			Why: Text{
				"The child changed its own variable. Processes share no variables. To exchange data they need\n" +
					"a file, a pipe or a queue.",
				"子进程改的是自己的那一份。进程之间不共享变量：要交换数据，得用文件、管道或队列。",
			},
		}},
	}},
}

var speedupLesson = Lesson{
	Name:   "speedup",
	Title:  Text{"many processes calculate faster than one", "多进程计算能快多少"},
	Python: "speedup", Go: []string{"primesBelow", "countPrimes", "speedup"},
	Intro: Text{
		"The program counts prime numbers in equal parts: one part per CPU, at least two, at most eight.\n" +
			"First one process does all parts, one after another. Then each part has its own process.",
		"程序数质数，把计算分成相等的几份：每个 CPU 一份，最少两份，最多八份。\n" +
			"先由一个进程依次做完所有的份，再让每份各由一个进程来做。",
	},
	Scenes: []Scene{{
		Target: "speedup",
		Questions: []Question{{
			Ask: Text{"N parts, N processes: how much faster is that?", "N 份由 N 个进程来做，会快多少？"},
			Choices: []Text{
				{"no faster", "并不更快"}, {"faster, but less than N times", "更快，但不到 N 倍"},
				{"N times or more", "N 倍或更多"},
			},
			Truth: speedupMeasured,
			Why: Text{
				"N CPUs make it at most N times as fast. (If you see more, something disturbed the first\n" +
					"measurement.) Starting a process takes time, and the slowest process decides. All of them\n" +
					"share the CPUs and the memory with the other programs on this machine.",
				"N 个 CPU 最多快到 N 倍（超过的话，是第一次测量受到了干扰）。启动进程要花时间，\n" +
					"总时间取决于最慢的进程，而且大家还要和这台机器上的其他程序共用 CPU 和内存。",
			},
		}},
		After: func(r *Result) Text {
			n, factor := speedupOf(r)
			return Text{
				fmt.Sprintf("On this machine, this time: %d processes, %.2f times as fast. ", n, factor) +
					"Another run will differ.\nThe smaller the work, the more the start of the processes counts.",
				fmt.Sprintf("这台机器，这一次：%d 个进程，速度是原来的 %.2f 倍。", n, factor) +
					"再运行一次，结果会不同。\n计算量越小，启动进程所占的时间比例越大。",
			}
		},
	}},
}

var raceLesson = Lesson{
	Name:   "race",
	Title:  Text{"two processes, one number: lost updates, and a lock", "竞争与锁：两个进程改同一个数"},
	Python: "race", Go: []string{"add", "addLocked", "lock", "unlock", "race"},
	Intro: Text{
		"A file holds the number 0. Two processes each add 1 to it 20 times: read, add, write. Between\n" +
			"read and write there is a short pause. Python has a Lock. The Go program uses a folder instead:\n" +
			"only one process can make it.",
		"文件里有一个数 0。两个进程各给它加 20 次 1：读取、加一、写回。读取和写回之间有短暂的停顿。\n" +
			"Python 有锁（Lock）；Go 程序用文件夹代替：同一个文件夹，只有一个进程能创建成功。",
	},
	Prepare: prepareRace,
	Scenes: []Scene{{
		Before: Text{"Without a lock.", "不加锁。"},
		Target: "race",
		Args:   []string{"add"},
		Questions: []Question{raceQuestion(Text{
			"Both processes read the same number, and both write it plus 1: one of the two additions is lost.",
			"两个进程读到同一个数，各自加一再写回：两次加法只剩下一次。",
		})},
		After: func(r *Result) Text {
			lost := additionsLost(r)
			return Text{fmt.Sprintf("Lost additions: %d.", lost), fmt.Sprintf("丢失了 %d 次加法。", lost)}
		},
	}, {
		Before: Text{"With a lock, held from read to write.", "加锁：从读取一直持有到写回。"},
		Target: "race",
		Args:   []string{"add-locked"},
		Questions: []Question{raceQuestion(Text{
			"While one process is between read and write, the other cannot read. The price: they take turns.",
			"一个进程从读取到写回期间，另一个不能读取。代价是：只能轮流来。",
		})},
	}},
}

func raceQuestion(why Text) Question {
	return Question{
		Ask:     Text{"What number is in the file at the end?", "最后文件里的数是多少？"},
		Choices: []Text{{"less than 40", "小于 40"}, {"40", "40"}, {"more than 40", "大于 40"}},
		Truth: func(r *Result) string {
			switch lost := additionsLost(r); {
			case lost > 0:
				return "1"
			case lost == 0:
				return "2"
			default:
				return "3"
			}
		},
		Why: why,
	}
}

// prepareRace makes the folder for the file with the number.
func prepareRace(string) (kwargs map[string]string, after func(), err error) {
	folder, err := os.MkdirTemp("", "brood-lesson-race-")
	if err != nil {
		return nil, nil, err
	}
	return map[string]string{"folder": folder}, func() { os.RemoveAll(folder) }, nil
}
