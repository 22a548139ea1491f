package lesson

import "fmt"

var exitcodesLesson = Lesson{
	Name:   "exitcodes",
	Title:  Text{"how a process ended: exit codes", "退出码：进程是怎样结束的"},
	Python: "exitcodes", Go: []string{"endBy", "exitcodes"},
	Intro: Text{
		"Seven children end in seven ways. The exit code tells the parent which way it was:\n" +
			"n means that the child exited with n, -n means that signal n ended it.\n" +
			"The panic prints the long text (in Python: the exception).",
		"七个子进程，七种结束方式。父进程从退出码得知是哪一种：\n" +
			"n 表示以 n 退出，-n 表示被 n 号信号终止。\n" +
			"那段长长的文字是 panic 打印的（在 Python 中是异常）。",
	},
	Scenes: []Scene{{
		Target: "exitcodes",
		Questions: []Question{{
			Ask: Text{
				"What is the exit code of a child that calls exit(256)?",
				"调用 exit(256) 的子进程，退出码是多少？",
			},
			Truth: func(r *Result) string { return exitCodeOf(r, "exit 256") },
			Why: Text{
				"The system keeps the low eight bits: 256 becomes 0, 257 becomes 1.",
				"系统只保留低八位：256 变成 0，257 变成 1。",
			},
		}, {
			Ask:   Text{"What is the exit code of a child that panics?", "发生 panic 的子进程，退出码是多少？"},
			Truth: func(r *Result) string { return exitCodeOf(r, "panic") },
			Why: Text{
				"A process whose target fails exits with 1, for any kind of failure.",
				"无论任务因为什么出错，进程的退出码都是 1。",
			},
		}, {
			Ask: Text{
				"What is the exit code of a child that SIGKILL (signal 9) ends?",
				"被 SIGKILL（9 号信号）杀死的子进程，退出码是多少？",
			},
			Choices: []Text{{"9", "9"}, {"-9", "-9"}, {"137", "137"}},
			Truth:   func(r *Result) string { return choiceOf(exitCodeOf(r, "SIGKILL"), "9", "-9", "137") },
			Why: Text{
				"The minus sign means a signal. A shell shows 137: 128 + 9.",
				"负号表示信号。shell 会显示 137：128 + 9。",
			},
		}, {
			Ask:   Text{"What is the exit code of the main process?", "主进程的退出码是多少？"},
			Truth: func(r *Result) string { return fmt.Sprint(r.Exit.Code) },
			Why: Text{
				"A child that fails does not make its parent fail, unless the parent decides so.",
				"子进程失败，不等于父进程失败，除非父进程自己这样决定。",
			},
		}},
	}},
}

var terminateLesson = Lesson{
	Name:   "terminate",
	Title:  Text{"ending a process: ask it, or kill it", "结束进程：terminate 和 kill"},
	Python: "terminate", Go: []string{"idle", "idleStubborn", "terminate", "stubborn", "stopped"},
	Intro: Text{
		"terminate sends SIGTERM, a request that a process can handle or ignore.\n" +
			"kill sends SIGKILL. The process never sees it: the kernel ends the process.",
		"terminate 发送 SIGTERM：这是请求，进程可以处理，也可以忽略。\n" +
			"kill 发送 SIGKILL：进程根本看不到它，由内核直接杀死进程。",
	},
	Scenes: []Scene{{
		Before: Text{"Two children, each asleep for an hour.", "两个子进程，都要睡一小时。"},
		Target: "terminate",
		Questions: []Question{{
			Ask: Text{
				"What is the exit code of the terminated child? (SIGTERM is signal 15.)",
				"被终止的子进程，退出码是多少？（SIGTERM 是 15 号信号。）",
			},
			Choices: []Text{{"0", "0"}, {"15", "15"}, {"-15", "-15"}},
			Truth:   func(r *Result) string { return choiceOf(exitCodeOf(r, "asked"), "0", "15", "-15") },
			Why: Text{
				"SIGTERM ends a process that neither handles nor ignores it.",
				"进程既不处理也不忽略 SIGTERM，就会被它终止。",
			},
		}},
	}, {
		Before: Text{
			"A child that ignores SIGTERM. Its parent asks, waits a while, then kills.",
			"一个忽略 SIGTERM 的子进程。父进程先请求它结束，等一会儿，再杀死它。",
		},
		Target: "stubborn",
		Questions: []Question{{
			Ask:     Text{"What ends it?", "是什么结束了它？"},
			Choices: []Text{{"SIGTERM", "SIGTERM"}, {"SIGKILL", "SIGKILL"}, {"it ends by itself", "它自己结束"}},
			Truth:   func(r *Result) string { return choiceOf(endedBy(r, "stubborn"), "SIGTERM", "SIGKILL", "") },
			Why: Text{
				"A process can ignore SIGTERM, but not SIGKILL. So: ask first, wait a while, then kill.",
				"进程可以忽略 SIGTERM，但不能忽略 SIGKILL。所以：先请求，等一会儿，再杀死。",
			},
		}},
	}, {
		Before: Text{
			"Two stopped children (SIGSTOP). The parent sends the first SIGTERM, and later SIGCONT, which\n" +
				"lets it continue. It sends the second SIGKILL.",
			"两个被暂停（SIGSTOP）的子进程。父进程向第一个发送 SIGTERM，之后再发送让它恢复运行的 SIGCONT；\n" +
				"向第二个发送 SIGKILL。",
		},
		Target: "stopped",
		Questions: []Question{{
			Ask: Text{
				"The first child has been sent SIGTERM, but not yet SIGCONT. What has it done?",
				"第一个收到了 SIGTERM，还没有收到 SIGCONT。它怎么样了？",
			},
			Choices: []Text{{"it has ended", "已经结束"}, {"it is still there, and stopped", "还在，仍然处于暂停状态"}},
			Truth:   stoppedAfterTerm,
			Why: Text{
				"A stopped process (state T) does nothing. So SIGTERM cannot end it: the signal waits until SIGCONT.",
				"暂停的进程（状态 T）什么也不做，连 SIGTERM 也不处理：信号一直等到 SIGCONT 到来。",
			},
		}, {
			Ask: Text{
				"What ends the second child, which never continues?",
				"第二个一直没有恢复运行，是什么结束了它？",
			},
			Choices: []Text{
				{"nothing: it stays stopped", "什么也没有：它一直暂停着"},
				{"SIGSTOP", "SIGSTOP"}, {"SIGKILL", "SIGKILL"},
			},
			Truth: func(r *Result) string { return choiceOf(endedBy(r, "stopped-too"), "", "SIGSTOP", "SIGKILL") },
			Why: Text{
				"The kernel carries out SIGKILL, not the process. So it works on a stopped process too.",
				"SIGKILL 由内核执行，不需要进程配合：对暂停的进程同样有效。",
			},
		}},
	}},
}

var zombieLesson = Lesson{
	Name:   "zombie",
	Title:  Text{"ended, but not yet reaped: a zombie", "僵尸进程：已经结束，还没有被回收"},
	Python: "zombie", Go: []string{"shortLife", "zombie", "stateOf"},
	Proc: true,
	Intro: Text{
		"A child ends, and its parent does not join it at once. The kernel shows the state of a process as\n" +
			"a letter: R running, S asleep, T stopped, Z zombie. A - here means: no such process.",
		"子进程结束了，父进程却没有马上 join 它。内核用一个字母表示进程的状态：\n" +
			"R 运行，S 睡眠，T 暂停，Z 僵尸；这里的 - 表示没有这个进程。",
	},
	Scenes: []Scene{{
		Target: "zombie",
		Questions: []Question{{
			Ask: Text{
				"The child has ended, and its parent has not joined it. What is its state?",
				"子进程结束了，父进程还没有 join 它。它处于什么状态？",
			},
			Choices: stateChoices,
			Truth:   func(r *Result) string { return choiceOf(printed(r, "结束之后的状态："), states...) },
			Why: Text{
				"Its memory and its files are gone. Only its exit code is kept for the parent: that is a zombie.",
				"它的内存和打开的文件都没有了，只有退出码还为父进程留着。这就是僵尸进程。",
			},
		}, {
			Ask:     Text{"Then the parent kills it (SIGKILL). And now?", "然后父进程向它发送 SIGKILL。现在呢？"},
			Choices: stateChoices,
			Truth:   func(r *Result) string { return choiceOf(printed(r, "SIGKILL 之后的状态："), states...) },
			Why: Text{
				"It has ended already: no signal has an effect on it.",
				"它已经结束了：任何信号对它都不起作用。",
			},
		}, {
			Ask:     Text{"Then the parent joins it. And now?", "然后父进程 join 它。现在呢？"},
			Choices: stateChoices,
			Truth:   func(r *Result) string { return choiceOf(printed(r, "join 之后的状态："), states...) },
			Why: Text{
				"The parent has taken the exit code: the child is reaped, and its PID is free.",
				"父进程取走了退出码：子进程被回收，它的编号也空出来了。",
			},
		}},
	}},
}

var (
	states       = []string{"R", "S", "Z", "-"}
	stateChoices = []Text{
		{"R: running", "R：运行"}, {"S: asleep", "S：睡眠"}, {"Z: a zombie", "Z：僵尸"},
		{"it is gone", "已经没有这个进程"},
	}
)
