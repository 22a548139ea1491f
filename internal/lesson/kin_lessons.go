package lesson

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"brood/internal/event"
	"brood/internal/status"
)

// kinLessons are about parents that die, groups and grandchildren.
// adopters are the answers to the question of who adopts.
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
		"A starts B, and B starts C. Then A kills B with SIGKILL, so that B has no time to\nwait for its child. C lives on, and asks the kernel who its parent is.",
		"A 启动 B，B 启动 C。然后 A 用 SIGKILL 杀死 B，B 来不及等待它的子进程。\nC 继续运行，并询问内核：谁是我的父进程？",
	},
	Scenes: []Scene{{
		Target: "orphan",
		Questions: []Question{{
			Ask:     Text{"B is dead. Who is the parent of C now?", "B 死后，C 的父进程是谁？"},
			Choices: adopters,
			Truth:   adopterOfGrandchild,
			Why: Text{
				"No process is without a parent. The kernel looks up the line for the nearest one that\nhas declared itself a subreaper; if there is none, the init process adopts.",
				"每个进程都有父进程。内核沿祖先一路向上，找最近的、声明过自己是 subreaper 的进程；\n如果没有，就由 init 进程收养。",
			},
		}},
		After: whoAdopted,
	}},
}

var killedLesson = Lesson{
	Name:   "killed",
	Title:  Text{"the parent is killed: what becomes of its daemon?", "父进程被杀死：守护进程会怎样？"},
	Python: "killed", Go: []string{"killedDaemon", "killedParent", "killed", "killAfterFirstPID"},
	Proc: true,
	Intro: Text{
		"A normal end of a parent ends its daemons. SIGKILL leaves no time for that: the parent\ncannot do anything any more.",
		"父进程正常结束时，会结束它的守护进程。但 SIGKILL 不留任何时间：父进程什么也做不了。",
	},
	Scenes: []Scene{{
		Before: Text{"First in Go: A starts B, B has a daemon C, and A kills B.", "先看 Go：A 启动 B，B 有守护进程 C，A 杀死 B。"},
		Target: "killed",
		Questions: []Question{{
			Ask:     Text{"What becomes of the daemon (C)?", "守护进程 (C) 会怎样？"},
			Choices: []Text{{"it works on, with another parent", "换一个父进程，继续工作"}, {"it ends, too", "它也结束"}},
			Truth:   fateOfDaemon,
			Why: Text{
				"On Linux the daemon has asked the kernel in advance to be killed when its parent dies\n(PDEATHSIG). A guardian process ends the daemon's own descendants.",
				"在 Linux 上，守护进程事先请求过内核：父进程一死，就杀死我（PDEATHSIG）。\n另有一个监护进程负责结束守护进程的后代。",
			},
		}},
	}, {
		Before: Text{
			"Now Python: B is a Python program with a daemon C, and A kills B.",
			"再看 Python：B 是一个 Python 程序，有守护进程 C，A 杀死 B。",
		},
		Target: "killed-python",
		Questions: []Question{{
			Ask: Text{"What becomes of Python's daemon (C)?", "Python 的守护进程 (C) 会怎样？"},
			Choices: []Text{
				{"it works on, with another parent", "换一个父进程，继续工作"}, {"it ends, too", "它也结束"},
				{"nobody can tell: there is no python3 here", "无法知道：这里没有 python3"},
			},
			Truth: fateOfDaemon,
			Why: Text{
				"In Python a parent ends its daemons itself, in its last moment. One that is killed has none,\nand the daemon is left behind: somebody else has to kill it.",
				"Python 靠父进程在最后一刻亲自结束守护进程。被杀死就没有这一刻，守护进程被留下了，\n只好由别人来杀死。",
			},
		}},
	}},
}

var groupLesson = Lesson{
	Name:   "group",
	Title:  Text{"Ctrl-C and process groups", "Ctrl-C 和进程组"},
	Python: "group", Go: []string{"groupChild", "group", "startAndHear", "interruptGroup"},
	Intro: Text{
		"Ctrl-C is the signal SIGINT, sent to all processes of the terminal's foreground group.\nIn Python children share their parent's group: all are hit, and each prints a traceback.\nHere each child leads a group of its own: Ctrl-C reaches the parent alone, and that\ndecides. No terminal is needed to see it: A starts B and C, and sends SIGINT to B's group.",
		"Ctrl-C 就是信号 SIGINT，发给终端前台进程组的所有进程。在 Python 里，子进程和父进程\n同组：全都收到信号，各自打印一段 traceback。在这里，每个子进程自成一组：Ctrl-C 只到达\n父进程，由它决定怎么办。不用终端也能看到：A 启动 B 和 C，再向 B 的组发送 SIGINT。",
	},
	Scenes: []Scene{{
		Target: "group",
		Questions: []Question{{
			Ask:   Text{"How many groups do the three processes form?", "这三个进程一共有几个组？"},
			Truth: groupsPrinted,
			Why:   Text{"A group's number is the PID of its leader, and each of the three leads one.", "组号就是组长的 PID，这三个进程各是一组之长。"},
		}, {
			Ask:     Text{"Whom does a SIGINT to B's group end?", "向 B 的组发送 SIGINT，谁会结束？"},
			Choices: []Text{{"B alone", "只有 B"}, {"B and C", "B 和 C"}, {"all three", "三个全部"}},
			Truth:   endedByInterrupt,
			Why: Text{
				"Exit code -2 says: ended by signal 2, SIGINT. C goes on until A kills it.",
				"退出码 -2 表示：被 2 号信号 SIGINT 结束。C 继续运行，直到 A 把它杀死。",
			},
		}},
	}},
}

var subreaperLesson = Lesson{
	Name:  "subreaper",
	Title: Text{"a subreaper adopts its orphaned grandchild", "subreaper：收养成为孤儿的孙进程"},
	Go:    []string{"becomeSubreaper", "orphanChild", "orphanParent", "subreaper", "makeOrphan", "killAfterFirstPID", "reapAdopted"},
	Proc:  true,
	Intro: Text{
		"The same family as in the lesson orphan, but A first declares itself a subreaper, by\none call to the kernel (Linux only; Python's library has none for it).",
		"和 orphan 一课相同的家族，但 A 先向内核声明自己是 subreaper\n（只有 Linux 才有；Python 标准库没有对应的函数）。",
	},
	Scenes: []Scene{{
		Target: "subreaper",
		Questions: []Question{{
			Ask:     Text{"B is dead. Who is the parent of C now?", "B 死后，C 的父进程是谁？"},
			Choices: adopters,
			Truth:   adopterOfGrandchild,
			Why: Text{
				"The nearest subreaper up the line adopts. Who adopts must reap, too: C was a zombie\n(state Z) until A waited for it.",
				"由祖先中最近的 subreaper 收养。收养者也要负责回收：在 A 等待它之前，\nC 一直是僵尸（状态 Z）。",
			},
		}},
	}},
}

// secondBorn are the names that the second child of the first child may have.
var secondBorn = []Text{{"Process-4", "Process-4"}, {"Process-2:1", "Process-2:1"}, {"Process-1:2", "Process-1:2"}}

var treeLesson = Lesson{
	Name:   "tree",
	Title:  Text{"children of children, and their names", "子进程的子进程，以及它们的名字"},
	Python: "tree", Go: []string{"tree", "treeBranch", "treeLeaf", "sayWho"},
	Intro: Text{
		"The main process starts two children, and each of them starts two of its own. Each\nprocess says its name, its number and its parent's number.",
		"主进程启动两个子进程，它们各自再启动两个。每个进程都说出自己的名字、编号和父进程的编号。",
	},
	Scenes: []Scene{{
		Target: "tree",
		Questions: []Question{{
			Ask:     Text{"What is the name of the first child's second child?", "第一个子进程的第二个子进程叫什么名字？"},
			Choices: secondBorn,
			Truth:   nameOfSecondBorn,
			Why:     Text{"Each process counts its own children, and their names begin with its number.", "每个进程只给自己的子进程编号，名字以它自己的号码开头。"},
		}, {
			Ask:   Text{"How many processes are there in all, the main process counted?", "算上主进程，一共有几个进程？"},
			Truth: func(r *Result) string { return fmt.Sprint(len(r.Family.Members)) },
			Why:   Text{"1 + 2 + 4: each generation is twice as large.", "1 + 2 + 4：一代比一代多一倍。"},
		}},
	}},
}

// grandchild is the first child of A's first child; nil when there is none.
func grandchild(r *Result) *status.Member {
	for _, child := range r.Family.Children(r.Family.Members[0]) {
		for _, c := range r.Family.Children(child) {
			return c
		}
	}
	return nil
}

func adopterOfGrandchild(r *Result) string {
	switch c := grandchild(r); {
	case c == nil:
		return ""
	case c.Parent == r.Family.Members[0].PID:
		return "1"
	case c.Parent == 1:
		return "2"
	default:
		return "3"
	}
}

// whoAdopted names the process that adopted the grandchild, as the kernel does.
func whoAdopted(r *Result) Text {
	c := grandchild(r)
	if c == nil {
		return Text{}
	}
	name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", c.Parent))
	if err != nil {
		return Text{fmt.Sprintf("C was adopted by process %d.", c.Parent), fmt.Sprintf("收养 C 的是 %d 号进程。", c.Parent)}
	}
	who := fmt.Sprintf("%q", strings.TrimSpace(string(name))) // a name may hold anything
	return Text{
		fmt.Sprintf("C was adopted by process %d, which is called %s.", c.Parent, who),
		fmt.Sprintf("收养 C 的是 %d 号进程，名叫 %s。", c.Parent, who),
	}
}

// fateOfDaemon: it was adopted before it ended, it ended, or it never was.
func fateOfDaemon(r *Result) string {
	switch c := grandchild(r); {
	case c == nil:
		return "3"
	case c.Parent != c.Starter && slices.ContainsFunc(c.History, isKill), c.Ended.IsZero():
		return "1"
	default:
		return "2"
	}
}

// isKill: a daemon that somebody had to kill has outlived its parent.
func isKill(d status.Deed) bool { return d.Kind == event.Signalled && d.Signal == "SIGKILL" }

// groupsPrinted is how many different groups the processes have said to be in.
func groupsPrinted(r *Result) string {
	groups := map[string]bool{}
	for _, line := range r.Lines() {
		for _, word := range []string{"组：", words["组："]} {
			if _, number, found := strings.Cut(line, " "+word+" "); found {
				groups[number] = true
			}
		}
	}
	return fmt.Sprint(len(groups))
}

// endedByInterrupt tells who ended before A killed the rest.
func endedByInterrupt(r *Result) string {
	ended := 0
	for _, child := range r.Family.Children(r.Family.Members[0]) {
		if child.Signal != "SIGKILL" {
			ended++
		}
	}
	switch {
	case r.Exit.Signal != "":
		return "3"
	case ended == 2:
		return "2"
	default:
		return "1"
	}
}

func nameOfSecondBorn(r *Result) string {
	for _, first := range r.Family.Children(r.Family.Members[0]) {
		if second := r.Family.Children(first); len(second) == 2 {
			n := slices.IndexFunc(secondBorn, func(name Text) bool { return name.En == second[1].Name })
			return fmt.Sprint(n + 1)
		}
	}
	return ""
}
