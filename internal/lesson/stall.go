package lesson

import (
	"fmt"
	"maps"
	"os"

	"brood/internal/status"
)

var stallLesson = Lesson{
	Name:  "stall",
	Title: Text{"one file of five stalls: ask, kill, go on without it", "五个文件，一个停住：请求、杀死、不再等它"},
	Go:    []string{"stallCopy", "stallAsleep", "stallStopped", "stallFolder", "startCopies", "giveUpLast", "stalls", "giveUp", "ends"},
	Proc:  true,
	Intro: Text{
		"Five files, a child for each, and one child gets no further. When the others are there, it has a\n" +
			"second more; then the parent asks (SIGTERM), kills (SIGKILL), and goes on without it if it must.\n" +
			"Which of these works depends on what holds the child. The kernel tells it by a letter: S, it\n" +
			"sleeps and wakes up for signals; T, it is stopped; D, a system call holds it that no signal ends.\n" +
			"One process for all files, such as cp, would hang there, and the files after it would not arrive.\n" +
			"(brood copy does the same as here with --stall. Python cannot go on without a child: at its\n" +
			"end it waits for all.)",
		"五个文件，每个文件一个子进程，其中一个停住了。其余的到达之后，再给它一秒；然后父进程先请求\n" +
			"（SIGTERM），再杀死（SIGKILL），不得已就不再等它。哪一步有效，取决于是什么让它停住。\n" +
			"内核用字母来表示：S，睡眠，会被信号唤醒；T，暂停；D，被一个系统调用拖住，任何信号都打断不了。\n" +
			"如果像 cp 那样由一个进程拷贝所有文件，就会停在那里，后面的文件也到不了。（brood copy 用 --stall\n" +
			"做同样的事。Python 做不到不再等它：结束时要等待所有子进程。）",
	},
	Prepare: prepareStall,
	Scenes: []Scene{{
		Before:    Text{"The third file is a pipe to which nobody writes.", "第三个文件是一个管道，没有人往里写。"},
		Target:    "stall-asleep",
		Questions: []Question{stateOfStalled, codeOfStalled(Text{"It sleeps until there is something to read, or a signal: that wakes it up, and ends it.", "它一直睡到有东西可读，或者有信号：信号唤醒了它，也结束了它。"}), arrivedOfFive},
	}, {
		Before: Text{"The same, but somebody has stopped the third child as well (SIGSTOP).", "同样的情况，不过第三个子进程还被人暂停了（SIGSTOP）。"},
		Target: "stall-stopped",
		Questions: []Question{stateOfStalled, codeOfStalled(Text{
			"A stopped process does nothing, not even end by SIGTERM. SIGKILL does not need its help.",
			"暂停的进程什么也不做，连 SIGTERM 也不处理。SIGKILL 不需要它配合。",
		}), arrivedOfFive},
	}, {
		Before: Text{
			"At last state D. It takes a disk or a server that has ceased to answer: FOLDER, if you have one on such\n" +
				"a disk (brood lesson stall FOLDER), or a disk of the lesson's own, which answers all but the read of\n" +
				"the third file. To make one takes Linux, FUSE and root.",
			"最后是状态 D。这需要一个不再应答的磁盘或服务器：如果手头有这样的磁盘，可以用它上面的文件夹\n" +
				"（brood lesson stall FOLDER）；否则用本课自己的磁盘，除了读第三个文件，它都应答。\n" +
				"造这样的磁盘需要 Linux、FUSE 和 root。",
		},
		Target: "stall-folder",
		Questions: []Question{{
			Ask:     Text{"What does SIGKILL do to a process in state D?", "SIGKILL 对状态 D 的进程有什么作用？"},
			Choices: []Text{{"it ends it", "结束它"}, {"nothing, as long as it is in D", "只要还在 D，就没有作用"}, unseen},
			Truth:   effectOfKill,
			Why: Text{
				"In D a process waits for an answer and hears nothing until that comes; then SIGKILL ends it.\n" +
					"(A wait for FUSE looks like S until the first signal. A wait for NFS SIGKILL ends at once.)",
				"在 D 中，进程等待应答，应答到来之前什么也听不见；到来之后，SIGKILL 才结束它。\n" +
					"（等待 FUSE 时，收到第一个信号之前显示为 S。等待 NFS 时，SIGKILL 立即有效。）",
			},
		}, {
			Ask:     Text{"What becomes of the main process?", "主进程怎么样？"},
			Choices: []Text{{"it waits for its child, as long as that takes", "一直等它的子进程"}, {"it ends without it", "不等它就结束"}, unseen},
			Truth:   endWithoutChild,
			Why: Text{
				"Nobody can end such a child, so its parent has to be able to go on without it: the file is named\nas not copied, all others are there, and whoever adopts the child reaps it some day.",
				"谁也结束不了这样的子进程，所以父进程必须能不等它：说明哪个文件没有拷贝，其余的都到达，\n由收养它的进程将来回收它。",
			},
		}},
		After: whoIsLeft,
	}},
}

// stallNames are the files that are copied; one of them stalls.
var stallNames = []string{"1.mov", "2.mov", stalledName, "4.mov", "5.mov"}

const stalledName = "3.mov"

var unseen = Text{"not seen here: no child was in D", "这里看不到：没有子进程处于 D"}

var stateOfStalled = Question{
	Ask:     Text{"What does the kernel say of the third child, before any SIGTERM?", "收到 SIGTERM 之前，内核说第三个子进程处于什么状态？"},
	Choices: []Text{{"R: it runs", "R：运行"}, {"S: it sleeps", "S：睡眠"}, {"T: it is stopped", "T：暂停"}, {"D: no signal ends its wait", "D：信号打断不了它的等待"}},
	Truth:   func(r *Result) string { return choiceOf(printed(r, "它的状态："), "R", "S", "T", "D") },
	Why: Text{
		"It costs no CPU, and looks the same from outside: only the letter tells what would help.",
		"它不占用 CPU，从外面看都一样：只有字母能说明怎样才管用。",
	},
}

func codeOfStalled(why Text) Question {
	return Question{
		Ask:     Text{"Which exit code has it (SIGTERM is signal 15, SIGKILL 9)?", "它的退出码是多少（SIGTERM 是 15 号信号，SIGKILL 是 9 号）？"},
		Choices: []Text{{"0", "0"}, {"-15", "-15"}, {"-9", "-9"}},
		Truth:   func(r *Result) string { return choiceOf(exitCodeOf(r, stalledName), "0", "-15", "-9") },
		Why:     why,
	}
}

var arrivedOfFive = Question{
	Ask:   Text{"How many of the five files arrive?", "五个文件中有几个到达？"},
	Truth: func(r *Result) string { return printed(r, "到达的文件：") },
	Why:   Text{"A child that stalls holds up its own file, and no other.", "停住的子进程只耽误它自己的文件，不耽误别的。"},
}

func effectOfKill(r *Result) string {
	switch {
	case printed(r, "SIGKILL 之后的状态：") == "D":
		return "2"
	case printed(r, "SIGKILL:") != "" && printed(r, "收到 SIGTERM 后的状态：") == "D":
		return "1"
	default:
		return "3"
	}
}

func endWithoutChild(r *Result) string {
	switch {
	case leftBehind(r) == nil:
		return "3"
	case r.Family.Members[0].Ended.IsZero():
		return "1"
	default:
		return "2"
	}
}

// leftBehind is the first child that was killed and had not ended when its parent had; nil for none.
func leftBehind(r *Result) *status.Member {
	for _, m := range r.Family.Children(r.Family.Members[0]) {
		if m.Ended.IsZero() {
			return m
		}
	}
	return nil
}

// whoIsLeft looks for the child that was left behind.
func whoIsLeft(r *Result) Text {
	m := leftBehind(r)
	if m == nil {
		return Text{}
	}
	state, parent, ok := kernelSays(m.PID)
	threads, _ := os.ReadDir(fmt.Sprintf("/proc/%d/task", m.PID))
	if !ok || state == "Z" && len(threads) < 2 { // with more, it is the first of its threads that has ended
		return Text{
			fmt.Sprintf("Process %d (%s) was left behind, and has ended since.", m.PID, m.Letter),
			fmt.Sprintf("留下的进程 %d (%s) 后来结束了。", m.PID, m.Letter),
		}
	}
	return Text{
		fmt.Sprintf("Process %d (%s) is still there; its parent is process %d now.\nIt ends when the disk answers or is gone; the lesson's own goes with the lesson.", m.PID, m.Letter, parent),
		fmt.Sprintf("进程 %d (%s) 还在，现在的父进程是 %d 号。\n磁盘应答或者消失，它就结束；本课自己的磁盘随本课消失。", m.PID, m.Letter, parent),
	}
}

// prepareStall makes room for what the programs copy, and without a folder a disk that
// hangs. It leaves the folder alone, which may never answer.
func prepareStall(folder string) (map[string]string, func(), error) {
	room, err := os.MkdirTemp("", "brood-lesson-stall-")
	if err != nil {
		return nil, nil, err
	}
	kwargs := map[string]string{"room": room, "folder": folder}
	after := func() { os.RemoveAll(room) }
	if folder != "" {
		return kwargs, after, nil
	}
	disk, endDisk, err := startDisk()
	if err != nil {
		kwargs["diskless"] = err.Error()
		return kwargs, after, nil
	}
	maps.Copy(kwargs, disk)
	return kwargs, func() { endDisk(); after() }, nil
}
