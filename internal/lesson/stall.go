package lesson

import (
	"fmt"
	"os"
)

var stallLesson = Lesson{
	Name:  "stall",
	Title: Text{"one file of five stalls: ask, kill, go on without it", "五个文件，一个卡住：请求、杀死、不再等它"},
	Go: []string{
		"stallCopy", "stallInVfork", "stallAsleep", "stallStopped", "stallVfork",
		"startCopies", "giveUpLast", "stalls", "giveUp", "ends",
	},
	Proc: true,
	Intro: Text{
		"Five files, one child per file, and one child stalls. When the others are done, it gets one more\n" +
			"second. Then the parent asks (SIGTERM), then it kills (SIGKILL). If neither helps, it goes on\n" +
			"without the child. Which step helps depends on what holds the child. The kernel shows a letter:\n" +
			"S asleep, and a signal wakes it; T stopped; D waiting inside the kernel, deaf to SIGTERM.\n" +
			"One process for all files, as cp is, would hang there and never copy the files after it.\n" +
			"(brood copy --stall does the same as this lesson. A Python program cannot go on without\n" +
			"a child: at its end it waits for all of them.)",
		"五个文件，每个文件一个子进程，其中一个卡住了。其他文件拷贝完之后，父进程再给它一秒；\n" +
			"然后先请求（SIGTERM），再杀死（SIGKILL），还不行，就不再等它。哪一步有效，取决于它被什么卡住。\n" +
			"内核用字母表示：S，睡眠，信号能唤醒它；T，暂停；D，在内核中等待，SIGTERM 唤醒不了它。\n" +
			"如果像 cp 那样由一个进程拷贝所有文件，就会卡在这里，后面的文件也拷贝不了。\n" +
			"（brood copy --stall 做同样的事。Python 做不到不等子进程：结束时要等待所有子进程。）",
	},
	Folder:  true,
	Prepare: prepareStall,
	Scenes: []Scene{{
		Before: Text{"The third file is a pipe, and nobody writes to it.", "第三个文件是一个管道，没有人往里写。"},
		Target: "stall-asleep",
		Questions: []Question{stateOfStalled, codeOfStalled(Text{
			"It sleeps until there is something to read, or until a signal comes. SIGTERM wakes it up, and ends it.",
			"它一直睡到有东西可读，或者收到信号。SIGTERM 唤醒了它，也终止了它。",
		}), arrivedOfFive},
	}, {
		Before: Text{
			"The same, but somebody has also stopped the third child (SIGSTOP).",
			"同样的情况，不过第三个子进程还被暂停了（SIGSTOP）。",
		},
		Target: "stall-stopped",
		Questions: []Question{stateOfStalled, codeOfStalled(Text{
			"A stopped process does nothing, so SIGTERM cannot end it. SIGKILL needs no help from the process.",
			"暂停的进程什么也不做，所以 SIGTERM 终止不了它。SIGKILL 不需要它配合。",
		}), arrivedOfFive},
	}, {
		Before: Text{
			"Now state D. The third child starts another program by vfork(2): it waits inside the kernel until\n" +
				"that program begins, and here it never begins.",
			"现在是状态 D。第三个子进程用 vfork(2) 启动另一个程序：它在内核中等那个程序开始运行，\n" +
				"而那个程序一直没有开始。",
		},
		Target: "stall-vfork",
		Questions: []Question{stateOfStalled, codeOfStalled(Text{
			"This child handles SIGTERM: it ends after its system call, and in D the call does not return.\n" +
				"SIGKILL ends this kind of wait, but not every kind: a process that reads a broken disk stays\n" +
				"until the disk answers, and its parent can only go on without it. If you have a folder on such\n" +
				"a disk, brood lesson stall FOLDER shows that.",
			"这个子进程会处理 SIGTERM：等系统调用返回后就结束，但处于 D 时，调用一直不返回。\n" +
				"SIGKILL 能结束这一种等待，但不是每一种：读取坏磁盘的进程，要等到磁盘应答才会结束，\n" +
				"父进程只能不再等它。如果手头有这种磁盘上的文件夹，可以用 brood lesson stall FOLDER 来看。",
		}), arrivedOfFive},
	}, {
		OnFolder: true,
		Before: Text{
			"At last your folder, with one child per file.",
			"最后是你指定的文件夹：每个文件一个子进程。",
		},
		Target: "stall-folder",
		Questions: []Question{{
			Ask: Text{"What does SIGKILL do to a child in state D?", "SIGKILL 对处于 D 的子进程有什么作用？"},
			Choices: []Text{
				{"it ends the child", "杀死它"},
				{"nothing, as long as it is in D", "只要它还处于 D，就没有作用"},
				unseen,
			},
			Truth: effectOfKill,
			Why: Text{
				"In D the child waits for an answer. When the answer comes, SIGKILL ends the child.\n" +
					"(A wait for FUSE looks like S until the first signal. SIGKILL ends a wait for NFS at once.)",
				"处于 D 的子进程在等待应答。应答到来之后，SIGKILL 才会杀死它。\n" +
					"（等待 FUSE 时，收到第一个信号之前显示为 S。等待 NFS 时，SIGKILL 立即有效。）",
			},
		}, {
			Ask: Text{"What does the main process do?", "主进程会怎么做？"},
			Choices: []Text{
				{"it waits until its child ends", "一直等到子进程结束"},
				{"it ends without its child", "不等子进程就结束"},
				unseen,
			},
			Truth: endWithoutChild,
			Why: Text{
				"Nobody can end such a child, so its parent must be able to go on without it. The parent names\n" +
					"the file that it did not copy. The others are there. The adopter reaps the child some day.",
				"谁也结束不了这样的子进程，所以父进程必须能不等它：说明哪个文件没有拷贝，其他文件都已拷贝。\n" +
					"收养它的进程将来会回收它。",
			},
		}},
		After: whoIsLeft,
	}},
}

// stallNames are the files to copy. The copy of stalledName stalls.
var stallNames = []string{"1.mov", "2.mov", stalledName, "4.mov", "5.mov"}

const stalledName = "3.mov"

var unseen = Text{"not seen here: no child was in D", "这里看不到：没有子进程处于 D"}

var stateOfStalled = Question{
	Ask: Text{"What is the state of the third child before SIGTERM?", "收到 SIGTERM 之前，第三个子进程处于什么状态？"},
	Choices: []Text{
		{"R: running", "R：运行"}, {"S: asleep", "S：睡眠"}, {"T: stopped", "T：暂停"},
		{"D: waiting inside the kernel", "D：在内核中等待"},
	},
	Truth: func(r *Result) string { return choiceOf(printed(r, "它的状态："), "R", "S", "T", "D") },
	Why: Text{
		"From outside S, T and D look the same: the child uses no CPU. Only the letter shows the difference.",
		"从外面看，S、T、D 都一样：不占用 CPU。只有字母能看出区别。",
	},
}

func codeOfStalled(why Text) Question {
	return Question{
		Ask: Text{
			"What is its exit code? (SIGTERM is signal 15, SIGKILL is signal 9.)",
			"它的退出码是多少？（SIGTERM 是 15 号信号，SIGKILL 是 9 号信号。）",
		},
		Choices: []Text{{"0", "0"}, {"-15", "-15"}, {"-9", "-9"}},
		Truth:   func(r *Result) string { return choiceOf(exitCodeOf(r, stalledName), "0", "-15", "-9") },
		Why:     why,
	}
}

var arrivedOfFive = Question{
	Ask:   Text{"How many of the five files arrive?", "五个文件中，拷贝好了几个？"},
	Truth: func(r *Result) string { return printed(r, "拷贝好的文件数：") },
	Why: Text{
		"A child that stalls holds up its own file, and no other.",
		"卡住的子进程只耽误它自己的文件，不影响其他文件。",
	},
}

// prepareStall makes a folder for the copies. It does not touch the user's folder, which may never answer.
func prepareStall(folder string) (kwargs map[string]string, after func(), err error) {
	room, err := os.MkdirTemp("", "brood-lesson-stall-")
	if err != nil {
		return nil, nil, err
	}
	return map[string]string{"room": room, "folder": folder}, func() { os.RemoveAll(room) }, nil
}

// whoIsLeft looks for the child that the main process left behind.
func whoIsLeft(r *Result) Text {
	m := leftBehind(r)
	if m == nil {
		return Text{}
	}
	state, parent, ok := kernelSays(m.PID)
	threads, _ := os.ReadDir(fmt.Sprintf("/proc/%d/task", m.PID))
	if !ok || state == "Z" && len(threads) < 2 { // with more threads, only the first of them has ended
		return Text{
			fmt.Sprintf("Process %d (%s) was left behind, and has ended since.", m.PID, m.Letter),
			fmt.Sprintf("被留下的 %d 号进程（%s）后来结束了。", m.PID, m.Letter),
		}
	}
	return Text{
		fmt.Sprintf("Process %d (%s) is still there. Its parent is process %d now.\n", m.PID, m.Letter, parent) +
			"It ends when the disk answers or is gone.",
		fmt.Sprintf("%d 号进程（%s）还在，现在的父进程是 %d 号进程。\n", m.PID, m.Letter, parent) +
			"磁盘应答或者消失，它就会结束。",
	}
}
