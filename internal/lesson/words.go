package lesson

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// words are what the programs print, as the tutorial has it, and in English.
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

	"主进程，开始时：":         "main process, at first:",
	"子进程，修改之前：":        "child, before its change:",
	"子进程，修改之后：":        "child, after its change:",
	"主进程，最后：":          "main process, at last:",
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

	"子进程，限制之前，读 /etc/passwd：": "child, before it is confined, reads /etc/passwd:",
	"子进程，限制之后，读 /etc/passwd：": "child, confined, reads /etc/passwd:",
	"子进程，限制之后，读自己的文件：":        "child, confined, reads its own file:",
	"子进程没能限制自己：":              "the child could not confine itself:",
	"主进程，读 /etc/passwd：":      "main process reads /etc/passwd:",
	"成功":                      "done",

	"拷贝，文件数：": "copying, number of files:",
	"到达的文件：":  "files that arrived:",
	"放弃：":     "given up:",
	"它的状态：":   "its state:",
	"主进程不再等它": "the main process goes on without it",
	"这里跳过：没有指定文件夹，也没有自己的磁盘：": "skipped: no folder was named, and there is no disk of its own:",

	"子进程编号：":                   "PID of the child:",
	"子进程的父进程：":                 "PID of the child's parent:",
	"子进程现在的父进程：":               "PID of the child's parent now:",
	"子进程结束后的状态：":               "state of the child after its end:",
	"主进程回收了它，退出码：":             "the main process reaped it, exit code:",
	"父进程被杀死，退出码：":              "the parent was killed, exit code:",
	"守护进程开始工作，编号：":             "the daemon begins to work, PID:",
	"守护进程还活着":                  "the daemon is still alive",
	"守护进程也结束了":                 "the daemon has ended, too",
	"守护进程还活着，现在的父进程：":          "the daemon is still alive, PID of its parent now:",
	"主进程杀死了守护进程":               "the main process killed the daemon",
	"这里跳过：没有能运行的 python3，退出码：": "skipped: there is no python3 that runs, exit code:",
	"编号：":  "PID:",
	"组：":   "group:",
	"父进程：": "parent:",
	"还活着：": "still alive:",
}

// translated is a program's source with the words of lang; they are written in Chinese.
func translated(source, lang string) string {
	if lang == "zh" {
		return source
	}
	// The longest first: some words begin with others.
	longest := slices.SortedFunc(maps.Keys(words), func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	for _, word := range longest {
		source = strings.ReplaceAll(source, word, words[word])
	}
	return source
}
