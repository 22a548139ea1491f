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
		"A global variable is 1. The child sets it to 1000; then the main process looks at it.\n" +
			"In Python the child is a copy of its parent (fork), or a new run of the program (spawn);\n" +
			"in Go it is always a new run. The outcome is the same.",
		"全局变量的值是 1。子进程把它改成 1000，然后主进程再看它的值。\n" +
			"在 Python 中，子进程是父进程的副本（fork），或者把程序重新运行一遍（spawn）；\n" +
			"在 Go 中总是重新运行一遍。结果都一样。",
	},
	Scenes: []Scene{{
		Target: "memory",
		Questions: []Question{{
			Ask:   Text{"Which number does the child see before it changes it?", "子进程修改之前，看到的值是多少？"},
			Truth: func(r *Result) string { return printed(r, "子进程，修改之前：") },
			Why:   Text{"The child has a variable of its own, which begins with the same value.", "子进程有自己的一份变量，初始值相同。"},
		}, {
			Ask:   Text{"Which number does the main process see at last?", "主进程最后看到的值是多少？"},
			Truth: func(r *Result) string { return printed(r, "主进程，最后：") },
			Why: Text{
				"The child has changed its own. Processes share no variables: to tell each other something\nthey need a file, a pipe or a queue.",
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
		"A calculation (prime numbers) in equal parts, one for each CPU: two at least, eight at most.\n" +
			"First one process does them all, one after another; then each part has a process of its own.",
		"把计算（数质数）分成相等的几份，每个 CPU 一份：至少两份，最多八份。\n" +
			"先由一个进程一份接一份地做完，再让每份各由一个进程来做。",
	},
	Scenes: []Scene{{
		Target: "speedup",
		Questions: []Question{{
			Ask: Text{"With N processes for N parts, how much faster is it?", "N 份用 N 个进程来做，会快多少？"},
			Choices: []Text{
				{"no faster", "并不更快"}, {"faster, but less than N times", "更快，但不到 N 倍"}, {"N times or more", "N 倍或更多"},
			},
			Truth: speedupMeasured,
			Why: Text{
				"N CPUs give N times at most (more is chance: something else disturbed the first measurement).\n" +
					"Each process must be started, the slowest is waited for, and all share the CPUs and\nthe memory with each other and with whatever else runs here.",
				"N 个 CPU 最多快 N 倍（超过 N 倍只是偶然：第一次测量受到了干扰）。\n" +
					"每个进程都要先启动，还要等最慢的那个；而且大家共用 CPU 和内存，这台机器上还有别的程序在运行。",
			},
		}},
		After: func(r *Result) Text {
			n, factor := speedupOf(r)
			return Text{
				fmt.Sprintf("Measured here, this time: %d processes, %.2f times as fast. Measure again: it will differ.\n", n, factor) +
					"The smaller the work, the more starting the processes weighs.",
				fmt.Sprintf("这台机器这一次的测量：%d 个进程，速度是原来的 %.2f 倍。再测一次，结果会不同。\n", n, factor) +
					"计算量越小，启动进程所占的比重越大。",
			}
		},
	}},
}

var raceLesson = Lesson{
	Name:   "race",
	Title:  Text{"two processes, one number: lost updates, and a lock", "竞争：两个进程改同一个数，以及锁"},
	Python: "race", Go: []string{"add", "addLocked", "lock", "unlock", "race"},
	Intro: Text{
		"A file holds the number 0. Two processes each add 1 to it 20 times: read, add, write.\n" +
			"Between reading and writing there is a short pause. Python has a Lock for what is done\n" +
			"here with a folder: only one process can make it.",
		"文件里有一个数 0。两个进程各给它加 20 次 1：读取、加一、写回。\n" +
			"读取和写回之间有短暂的停顿。Python 提供了锁（Lock），这里用文件夹代替：只有一个进程能建成它。",
	},
	Prepare: prepareRace,
	Scenes: []Scene{{
		Before:    Text{"Without a lock.", "不加锁。"},
		Target:    "race",
		Args:      []string{"add"},
		Questions: []Question{raceQuestion(Text{"What one has written is lost when the other, which had read before it, writes.", "一个进程写回的数，会被另一个更早读取的进程覆盖掉。"})},
		After: func(r *Result) Text {
			lost := additionsLost(r)
			return Text{fmt.Sprintf("Lost: %d additions.", lost), fmt.Sprintf("丢失了 %d 次加法。", lost)}
		},
	}, {
		Before:    Text{"With a lock, held from reading to writing.", "加锁，从读取一直到写回。"},
		Target:    "race",
		Args:      []string{"add-locked"},
		Questions: []Question{raceQuestion(Text{"Nobody reads while another is between reading and writing. The price: they take turns.", "一个进程从读取到写回期间，别的进程不能读取。代价是：大家只能轮流来。"})},
	}},
}

var exitcodesLesson = Lesson{
	Name:   "exitcodes",
	Title:  Text{"how a process ended: exit codes", "退出码：进程是怎样结束的"},
	Python: "exitcodes", Go: []string{"endBy", "exitcodes"},
	Intro: Text{
		"Seven children, seven ways to end. The parent learns from the exit code which it was:\n" +
			"n for an exit with the status n, -n for one that the signal n has ended.\n" +
			"The long text is what the panic prints (in Python: the exception).",
		"七个子进程，七种结束方式。父进程从退出码得知是哪一种：\n" +
			"n 表示以状态 n 退出，-n 表示被信号 n 结束。\n" +
			"那段长长的文字是 panic 打印的（在 Python 中是异常）。",
	},
	Scenes: []Scene{{
		Target: "exitcodes",
		Questions: []Question{{
			Ask:   Text{"Which exit code has the child that exits with 256?", "以 256 退出的子进程，退出码是多少？"},
			Truth: func(r *Result) string { return exitCodeOf(r, "exit 256") },
			Why:   Text{"The system keeps eight bits of it: 256 is 0 again, 257 would be 1.", "系统只保留低八位：256 又变成 0，257 则是 1。"},
		}, {
			Ask:   Text{"And the one that panics?", "发生 panic 的子进程呢？"},
			Truth: func(r *Result) string { return exitCodeOf(r, "panic") },
			Why:   Text{"A target that fails, for whatever reason, ends its process with 1.", "任务无论因为什么出错，进程都以 1 退出。"},
		}, {
			Ask:     Text{"And the one that SIGKILL (signal 9) ends?", "被 SIGKILL（9 号信号）结束的子进程呢？"},
			Choices: []Text{{"9", "9"}, {"-9", "-9"}, {"137", "137"}},
			Truth:   func(r *Result) string { return choiceOf(exitCodeOf(r, "SIGKILL"), "9", "-9", "137") },
			Why:     Text{"A signal is told by a minus sign. A shell would say 137: 128 + 9.", "负号表示是信号。shell 会显示 137：128 + 9。"},
		}, {
			Ask:   Text{"Which exit code has the main process?", "主进程的退出码是多少？"},
			Truth: func(r *Result) string { return fmt.Sprint(r.Exit.Code) },
			Why:   Text{"A child's failure is the child's own, unless the parent makes it its own.", "子进程的失败只是它自己的，除非父进程把它当成自己的失败。"},
		}},
	}},
}

var terminateLesson = Lesson{
	Name:   "terminate",
	Title:  Text{"to end a process: ask it, or kill it", "结束进程：terminate 和 kill"},
	Python: "terminate", Go: []string{"idle", "idleStubborn", "terminate", "stubborn", "stopped"},
	Intro: Text{
		"terminate sends SIGTERM, a request that a process may handle or ignore.\nkill sends SIGKILL, which the process never sees: the kernel ends it.",
		"terminate 发送 SIGTERM：这是请求，进程可以处理，也可以忽略。\nkill 发送 SIGKILL：进程根本收不到，由内核直接结束它。",
	},
	Scenes: []Scene{{
		Before: Text{"Two children that would sleep for an hour.", "两个要睡一小时的子进程。"},
		Target: "terminate",
		Questions: []Question{{
			Ask:     Text{"Which exit code has the one that is terminated (SIGTERM is signal 15)?", "被 terminate 的子进程，退出码是多少（SIGTERM 是 15 号信号）？"},
			Choices: []Text{{"0", "0"}, {"15", "15"}, {"-15", "-15"}},
			Truth:   func(r *Result) string { return choiceOf(exitCodeOf(r, "asked"), "0", "15", "-15") },
			Why:     Text{"Whoever does nothing about SIGTERM is ended by it.", "对 SIGTERM 不作任何处理的进程，会被它结束。"},
		}},
	}, {
		Before: Text{"A child that ignores SIGTERM. It is asked, given some time, and then killed.", "一个忽略 SIGTERM 的子进程。先请求它结束，等一会儿，再用 kill。"},
		Target: "stubborn",
		Questions: []Question{{
			Ask:     Text{"What ends it?", "是什么结束了它？"},
			Choices: []Text{{"SIGTERM", "SIGTERM"}, {"SIGKILL", "SIGKILL"}, {"it ends by itself", "它自己结束"}},
			Truth:   func(r *Result) string { return choiceOf(endedBy(r, "stubborn"), "SIGTERM", "SIGKILL", "") },
			Why:     Text{"A process can ignore SIGTERM, but not SIGKILL. So: ask first, wait a while, then kill.", "进程可以忽略 SIGTERM，但不能忽略 SIGKILL。所以：先请求，等一等，再 kill。"},
		}},
	}, {
		Before: Text{
			"Two children that are stopped (SIGSTOP). One is sent SIGTERM and later SIGCONT,\nwhich lets it go on; the other is sent SIGKILL.",
			"两个被暂停（SIGSTOP）的子进程。一个先收到 SIGTERM，之后收到让它继续的 SIGCONT；\n另一个收到 SIGKILL。",
		},
		Target: "stopped",
		Questions: []Question{{
			Ask:     Text{"The first has been sent SIGTERM, not yet SIGCONT. What has become of it?", "第一个已收到 SIGTERM、还没收到 SIGCONT 时，它怎么样了？"},
			Choices: []Text{{"it has ended", "已经结束"}, {"it is still there, and stopped", "还在，仍然暂停着"}},
			Truth: func(r *Result) string {
				if r.Count("收到 SIGTERM 后的状态：") > 0 { // printed only when waiting for its end was in vain
					return "2"
				}
				return "1"
			},
			Why: Text{
				"A stopped process (state T) does nothing, not even end by SIGTERM: the signal waits until SIGCONT.",
				"暂停的进程（状态 T）什么也不做，连 SIGTERM 也不处理：信号一直等到 SIGCONT。",
			},
		}, {
			Ask:     Text{"What ends the second, which never goes on?", "第二个没有再继续，是什么结束了它？"},
			Choices: []Text{{"nothing: it stays stopped", "什么也没有：它一直暂停着"}, {"SIGSTOP", "SIGSTOP"}, {"SIGKILL", "SIGKILL"}},
			Truth:   func(r *Result) string { return choiceOf(endedBy(r, "stopped-too"), "", "SIGSTOP", "SIGKILL") },
			Why:     Text{"SIGKILL is for the kernel, not for the process: it works on a stopped one, too.", "SIGKILL 由内核执行，不需要进程配合：对暂停的进程同样有效。"},
		}},
	}},
}

var zombieLesson = Lesson{
	Name:   "zombie",
	Title:  Text{"ended, but not yet reaped: a zombie", "僵尸进程：已经结束，还没有被回收"},
	Python: "zombie", Go: []string{"shortLife", "zombie", "stateOf"},
	Proc: true,
	Intro: Text{
		"A child ends, and its parent does not ask for it at once. The kernel tells each process's\nstate by a letter: R runs, S sleeps, T is stopped, Z is a zombie; - stands for: not there.",
		"子进程结束了，父进程却没有马上过问。内核用字母表示进程的状态：\nR 运行，S 睡眠，T 暂停，Z 僵尸；- 表示没有这个进程。",
	},
	Scenes: []Scene{{
		Target: "zombie",
		Questions: []Question{{
			Ask:     Text{"The child has ended, and was not joined. What does the kernel say of it?", "子进程结束了，还没有 join。内核说它处于什么状态？"},
			Choices: stateChoices,
			Truth:   func(r *Result) string { return choiceOf(printed(r, "结束之后的状态："), states...) },
			Why: Text{
				"Its memory and its files are gone, but its exit code is kept for the parent. That is a zombie.",
				"它的内存和打开的文件都没有了，但退出码还为父进程留着。这就是僵尸进程。",
			},
		}, {
			Ask:     Text{"Then the parent kills it (SIGKILL). And now?", "然后父进程对它 kill（SIGKILL）。现在呢？"},
			Choices: stateChoices,
			Truth:   func(r *Result) string { return choiceOf(printed(r, "SIGKILL 之后的状态："), states...) },
			Why:     Text{"It is dead already: no signal has an effect on it.", "它已经死了：任何信号对它都不起作用。"},
		}, {
			Ask:     Text{"Then the parent joins it. And now?", "然后父进程 join 它。现在呢？"},
			Choices: stateChoices,
			Truth:   func(r *Result) string { return choiceOf(printed(r, "join 之后的状态："), states...) },
			Why:     Text{"The parent has taken the exit code: the child is reaped, and its PID is free.", "父进程取走了退出码：子进程被回收，它的编号也空出来了。"},
		}},
	}},
}

var (
	states       = []string{"R", "S", "Z", "-"}
	stateChoices = []Text{{"R: it runs", "R：运行"}, {"S: it sleeps", "S：睡眠"}, {"Z: a zombie", "Z：僵尸"}, {"it is gone", "已经没有了"}}
)

func raceQuestion(why Text) Question {
	return Question{
		Ask:     Text{"Which number is in the file at the end?", "最后文件里的数是多少？"},
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

// prepareRace makes the folder of the file with the number.
func prepareRace(string) (map[string]string, func(), error) {
	folder, err := os.MkdirTemp("", "brood-lesson-race-")
	if err != nil {
		return nil, nil, err
	}
	return map[string]string{"folder": folder}, func() { os.RemoveAll(folder) }, nil
}
