package lesson

import (
	"fmt"
	"os"
	"strings"
)

// adopters are the answers to the question which process adopts an orphan.
var adopters = []Text{
	{"A, its grandparent", "A，它的祖父进程"},
	{"the init process, pid 1", "init 进程，即 1 号进程"},
	{"another process (a subreaper)", "另一个进程（subreaper）"},
}

var orphanLesson = Lesson{
	Name:   "orphan",
	Title:  Text{"an orphan: the parent dies first", "孤儿进程：父进程先结束"},
	Python: "orphan", Go: []string{"orphanChild", "orphanParent", "orphan", "makeOrphan", "killAfterFirstPID"},
	Proc: true,
	Intro: Text{
		"A starts B, and B starts C. Then A kills B with SIGKILL, so B cannot wait for its child.\n" +
			"C lives on, and asks the kernel for the PID of its parent.",
		"A 启动 B，B 启动 C。然后 A 用 SIGKILL 杀死 B，B 来不及等待它的子进程。\n" +
			"C 继续运行，并向内核查询父进程的编号。",
	},
	Scenes: []Scene{{
		Target: "orphan",
		Questions: []Question{{
			Ask:     Text{"B is dead. Who is the parent of C now?", "B 死后，C 的父进程是谁？"},
			Choices: adopters,
			Truth:   adopterOfGrandchild,
			Why: Text{
				"Every process has a parent. The kernel looks for the nearest ancestor that has declared itself\n" +
					"a subreaper. If there is none, the init process adopts the orphan.",
				"每个进程都有父进程。内核沿祖先一路向上，找最近的、声明过自己是 subreaper 的进程；\n" +
					"如果没有，就由 init 进程收养。",
			},
		}},
		After: whoAdopted,
	}},
}

var killedLesson = Lesson{
	Name:   "killed",
	Title:  Text{"the parent is killed: what happens to its daemon?", "父进程被杀死：守护进程会怎样？"},
	Python: "killed", Go: []string{"killedDaemon", "killedParent", "killed", "killAfterFirstPID"},
	Proc: true,
	Intro: Text{
		"A parent that ends normally terminates its daemons first. SIGKILL leaves it no time for that.",
		"父进程正常结束时，会先终止它的守护进程。SIGKILL 不给它这个时间。",
	},
	Scenes: []Scene{{
		Before: Text{
			"First in Go: A starts B, B has a daemon C, and A kills B.",
			"先看 Go：A 启动 B，B 有守护进程 C，A 杀死 B。",
		},
		Target: "killed",
		Questions: []Question{{
			Ask: Text{"What happens to the daemon (C)?", "守护进程（C）会怎样？"},
			Choices: []Text{
				{"it works on, with another parent", "换一个父进程，继续工作"}, {"it ends too", "它也结束"},
			},
			Truth: fateOfDaemon,
			Why: Text{
				"On Linux the daemon has asked the kernel to kill it when its parent dies (PDEATHSIG).\n" +
					"A guardian process ends the daemon's own descendants.",
				"在 Linux 上，守护进程事先请求过内核：父进程一死，就杀死我（PDEATHSIG）。\n" +
					"另有一个监护进程，负责杀死守护进程的后代。",
			},
		}},
	}, {
		Before: Text{
			"Now in Python: B is a Python program with a daemon C, and A kills B.",
			"再看 Python：B 是一个 Python 程序，有守护进程 C，A 杀死 B。",
		},
		Target: "killed-python",
		Questions: []Question{{
			Ask: Text{"What happens to Python's daemon (C)?", "Python 的守护进程（C）会怎样？"},
			Choices: []Text{
				{"it works on, with another parent", "换一个父进程，继续工作"}, {"it ends too", "它也结束"},
				{"nobody can tell: there is no python3 here", "无法知道：这里没有 python3"},
			},
			Truth: fateOfDaemon,
			Why: Text{
				"In Python the parent terminates its daemons itself, as the last thing that it does. A killed\n" +
					"parent cannot do that, so the daemon stays. In this lesson A kills it.",
				"Python 靠父进程在结束前亲自终止守护进程。父进程一旦被杀死，就做不到了，守护进程就被留了下来。\n" +
					"在本课中，由 A 来杀死它。",
			},
		}},
	}},
}

var groupLesson = Lesson{
	Name:   "group",
	Title:  Text{"Ctrl-C and process groups", "Ctrl-C 和进程组"},
	Python: "group", Go: []string{"groupChild", "group", "startAndHear", "interruptGroup"},
	Intro: Text{
		"Ctrl-C sends the signal SIGINT to all processes of the terminal's foreground group. In Python\n" +
			"children share their parent's group: every process gets SIGINT and prints a traceback. Here\n" +
			"each child leads its own group: Ctrl-C reaches the parent only, and the parent decides.\n" +
			"You need no terminal to see it: A starts B and C, and sends SIGINT to B's group.",
		"按下 Ctrl-C，终端前台进程组的所有进程都会收到信号 SIGINT。在 Python 里，子进程和父进程同组：\n" +
			"全都收到信号，各自打印一段 traceback。在这里，每个子进程自成一组：Ctrl-C 只到达父进程，\n" +
			"由它决定怎么办。不用终端也能看到：A 启动 B 和 C，再向 B 的组发送 SIGINT。",
	},
	Scenes: []Scene{{
		Target: "group",
		Questions: []Question{{
			Ask:   Text{"How many groups do the three processes form?", "这三个进程一共有几个组？"},
			Truth: groupsPrinted,
			Why: Text{
				"The number of a group is the PID of its leader, and each of the three is a leader.",
				"组号就是组长的编号，而这三个进程各是一组之长。",
			},
		}, {
			Ask: Text{
				"SIGINT goes to B's group. Which processes does it end?",
				"向 B 的组发送 SIGINT，哪些进程会被终止？",
			},
			Choices: []Text{{"only B", "只有 B"}, {"B and C", "B 和 C"}, {"all three", "三个全部"}},
			Truth:   endedByInterrupt,
			Why: Text{
				"Exit code -2 means: ended by signal 2, SIGINT. C goes on until A kills it.",
				"退出码 -2 表示：被 2 号信号 SIGINT 终止。C 继续运行，直到 A 把它杀死。",
			},
		}},
	}},
}

var subreaperLesson = Lesson{
	Name:  "subreaper",
	Title: Text{"a subreaper adopts its orphaned grandchild", "subreaper：收养成为孤儿的孙进程"},
	Go: []string{
		"becomeSubreaper", "orphanChild", "orphanParent", "subreaper", "makeOrphan", "killAfterFirstPID", "reapAdopted",
	},
	Proc: true,
	Intro: Text{
		"The family of the lesson orphan again, but first A declares itself a subreaper, with one\n" +
			"system call (Linux only; Python's library has no function for it).",
		"还是 orphan 一课的家族，但 A 先用一个系统调用声明自己是 subreaper\n" +
			"（只有 Linux 才有；Python 标准库没有对应的函数）。",
	},
	Scenes: []Scene{{
		Target: "subreaper",
		Questions: []Question{{
			Ask:     Text{"B is dead. Who is the parent of C now?", "B 死后，C 的父进程是谁？"},
			Choices: adopters,
			Truth:   adopterOfGrandchild,
			Why: Text{
				"The nearest subreaper among its ancestors adopts C, and must reap it too: C was a zombie\n" +
					"(state Z) until A waited for it.",
				"祖先中最近的 subreaper 收养 C，也要负责回收它：在 A 等待它之前，C 一直是僵尸（状态 Z）。",
			},
		}},
	}},
}

// secondBorn are the choices for the name of the first child's second child.
var secondBorn = []Text{{"Process-4", "Process-4"}, {"Process-2:1", "Process-2:1"}, {"Process-1:2", "Process-1:2"}}

var treeLesson = Lesson{
	Name:   "tree",
	Title:  Text{"children of children, and their names", "子进程的子进程，以及它们的名字"},
	Python: "tree", Go: []string{"tree", "treeBranch", "treeLeaf", "sayWho"},
	Intro: Text{
		"The main process starts two children, and each of them starts two of its own. Every process\n" +
			"prints its name, its PID and its parent's PID.",
		"主进程启动两个子进程，它们各自再启动两个。每个进程都打印自己的名字、编号和父进程的编号。",
	},
	Scenes: []Scene{{
		Target: "tree",
		Questions: []Question{{
			Ask: Text{
				"What is the name of the first child's second child?",
				"第一个子进程的第二个子进程叫什么名字？",
			},
			Choices: secondBorn,
			Truth:   nameOfSecondBorn,
			Why: Text{
				"Every process numbers its own children, and their names begin with its own number.",
				"每个进程只给自己的子进程编号，子进程的名字以它自己的号码开头。",
			},
		}, {
			Ask:   Text{"How many processes are there, including the main process?", "算上主进程，一共有几个进程？"},
			Truth: processesInAll,
			Why:   Text{"1 + 2 + 4: each generation is twice as large.", "1 + 2 + 4：每一代的数量是上一代的两倍。"},
		}},
	}},
}

// whoAdopted names the process that adopted the grandchild.
func whoAdopted(r *Result) Text {
	c := grandchild(r)
	if c == nil {
		return Text{}
	}
	name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", c.Parent))
	if err != nil {
		return Text{
			fmt.Sprintf("C was adopted by process %d.", c.Parent),
			fmt.Sprintf("收养 C 的是 %d 号进程。", c.Parent),
		}
	}
	who := fmt.Sprintf("%q", strings.TrimSpace(string(name))) // a name can hold any byte
	return Text{
		fmt.Sprintf("C was adopted by process %d, which is called %s.", c.Parent, who),
		fmt.Sprintf("收养 C 的是 %d 号进程，它的名字是 %s。", c.Parent, who),
	}
}
