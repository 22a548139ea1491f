package lesson

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// words are the texts that the programs print: the tutorial's Chinese, and its English translation.
var words = map[string]string{
	"唱歌":       "singing",
	"跳舞":       "dancing",
	"在唱歌":      "is singing",
	"工作中":      "working",
	"工作中。。。。":  "working....",
	"主进程结束":    "the main process ends",
	"主进程编号：":   "PID of the main process:",
	"唱歌进程的编号：": "PID of the singing process:",
	"唱歌的父进程编号": "PID of the singing process's parent",
	"跳舞进程的编号：": "PID of the dancing process:",
	"跳舞的父进程编号": "PID of the dancing process's parent",
	"执行时间共":    "it took",
	"小明":       "Ming",
	"夏明":       "Xia",

	"主进程，开始时：":         "main process, at the start:",
	"子进程，修改之前：":        "child, before the change:",
	"子进程，修改之后：":        "child, after the change:",
	"主进程，最后：":          "main process, at the end:",
	"份数：":              "parts:",
	"一个进程做所有的份：":       "all parts by one process:",
	"每份一个进程：":          "a process for each part:",
	"加速比：":             "speed-up:",
	"应该是：":             "should be:",
	"实际是：":             "it is:",
	"收到 SIGTERM 后还在运行": "still running after SIGTERM",
	"收到 SIGTERM 后的状态：": "state after SIGTERM:",
	"结束之后的状态：":         "state after its end:",
	"SIGKILL 之后的状态：":   "state after SIGKILL:",
	"join 之后的状态：":      "state after join:",
	"退出码：":             "exit code:",

	"子进程，限制之前，读 /etc/passwd：":   "child, before it is confined, reads /etc/passwd:",
	"子进程，限制之后，读 /etc/passwd：":   "child, confined, reads /etc/passwd:",
	"子进程，限制之后，读自己的文件：":          "child, confined, reads its own file:",
	"子进程没能限制自己：这个内核没有 Landlock": "the child could not confine itself: this kernel has no Landlock",
	"主进程，读 /etc/passwd：":        "main process reads /etc/passwd:",
	"成功":                        "done",

	"要拷贝的文件数：":         "copying files:",
	"拷贝好的文件数：":         "files that arrived:",
	"放弃：":              "given up:",
	"它的状态：":            "its state:",
	"主进程不再等它":          "the main process goes on without it",
	"无法列出 %q：%s":       "list %q: %s",
	"无法列出 %q：%v 内没有应答": "list %q: no answer in %v",
	"不是数字：%q":          "not a number: %q",
	"没有权限":             "permission denied",
	"没有这个文件或文件夹":       "no such file or directory",

	"子进程编号：":                   "PID of the child:",
	"子进程的父进程：":                 "PID of the child's parent:",
	"子进程现在的父进程：":               "PID of the child's parent now:",
	"子进程结束后的状态：":               "state of the child after its end:",
	"主进程回收了它，退出码：":             "the main process reaped it, exit code:",
	"父进程被杀死，退出码：":              "the parent was killed, exit code:",
	"守护进程开始工作，编号：":             "the daemon begins to work, PID:",
	"守护进程还活着":                  "the daemon is still alive",
	"守护进程也结束了":                 "the daemon has ended too",
	"守护进程还活着，现在的父进程：":          "the daemon is still alive, PID of its parent now:",
	"主进程杀死了守护进程":               "the main process killed the daemon",
	"这里跳过：没有能运行的 python3，退出码：": "skipped: python3 does not run here, exit code:",
	"编号：":         "PID:",
	"第几项：":        "item:",
	"结果：":         "result:",
	"等了 1 秒，没有结果": "no result after 1 s",
	"组：":          "group:",
	"父进程：":        "parent:",
	"还活着：":        "still alive:",
}

// comments returns the comments in the code that the lessons show, in English and in Chinese. It is
// a function, since each child of brood would otherwise make the table at its start.
func comments() map[string]string {
	return map[string]string{
		"the global: var number = 1":                           "全局变量：var number = 1",
		"or: work_process.daemon = True":                       "或者：work_process.daemon = True",
		"from now on it ignores SIGTERM":                       "从现在起，它忽略 SIGTERM",
		"until it is stopped":                                  "等到它暂停为止",
		"waits for its end, without reaping it":                "等待它结束，但不回收",
		"hands on the child's PID":                             "把子进程的编号传下去",
		"hands on the daemon's PID":                            "把守护进程的编号传下去",
		"PR_SET_CHILD_SUBREAPER of prctl(2)":                   "prctl(2) 的 PR_SET_CHILD_SUBREAPER",
		"a group of its own, as a shell gives to each command": "自成一组，就像 shell 启动命令时那样",
		"Ctrl-C: all three end, each with a traceback":         "相当于 Ctrl-C：三个进程全部结束，各打印一段 traceback",
		"no process reads half a number":                       "不会读到写了一半的数",
		"both read before one of them writes":                  "两个进程都读取之后，才开始写回",
		"only one process can make the folder":                 "只有一个进程能创建成功",
		"one per CPU, but 2 to 8":                              "每个 CPU 一个，最少 2 个，最多 8 个",
		"now it opens its file":                                "接下来就要打开文件",
		"an abandoned child must not keep our output open":     "被放弃的子进程不能占着我们的输出",
		"no child is abandoned yet":                            "现在还没有放弃任何子进程",
	}
}

// translated returns a program's source with texts in the language. In the files the texts are Chinese,
// and the comments English.
func translated(source, lang string) string {
	table := words
	if lang == "zh" {
		table = comments()
	}
	// Long ones first: some begin with others.
	longest := slices.SortedFunc(maps.Keys(table), func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	for _, text := range longest {
		source = strings.ReplaceAll(source, text, table[text])
	}
	return source
}
