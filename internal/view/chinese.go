package view

import "regexp"

// chinese makes the Chinese of a report. It is a function and not a variable, since each child would
// otherwise make the tables at its start.
//
// Between Chinese and Latin text or digits stands one space, beside full-width punctuation none.
// Names, signals, units and PID stay Latin.
func chinese() language {
	l := language{tag: "zh-CN", family: ChineseFamily, separator: "，"}
	l.phrases, l.reasons = chinesePhrases(), chineseReasons()
	for reason, format := range map[string]string{
		`^no progress for (\S+)$`:                                "%s 没有进展",
		`^not done after (\S+)$`:                                 "%s 后仍未完成",
		`^its process was ended by (SIG\w+)$`:                    "其进程被 %s 终止",
		`^its process was ended by its memory limit of (.+)$`:    "其进程超出内存限制 %s",
		`^its process was ended by its CPU time limit of (\S+)$`: "其进程超出 CPU 时间限制 %s",
		`^exit code (\d+)$`:                                      "退出码 %s",
		`^ended by (SIG\w+)$`:                                    "被 %s 终止",
		`^its process ended with exit code (\d+)$`:               "其进程以退出码 %s 结束",
		`^(\d+) failed \((.*)\)$`:                                "%s 个失败（%s）",
		`^(Slurm|[A-Z]+(?:_[A-Z]+)*)$`:                           "%s", // Slurm's own words
		`^([A-Z]+(?:_[A-Z]+)*), ([A-Z][A-Za-z]+)$`:               "%s，%s",
		`^([A-Z]+(?:_[A-Z]+)*), exit code (\d+)$`:                "%s，退出码 %s",
		`^([A-Z]+(?:_[A-Z]+)*), ended by signal (\d+)$`:          "%s，被 %s 号信号终止",
	} {
		l.patterns = append(l.patterns, pattern{regexp.MustCompile(reason), format})
	}
	return l
}

func chinesePhrases() map[string]string {
	return map[string]string{
		// The first line of a summary.
		"copied %s to %q":                               "已将%s拷贝到 %q",
		"partly copied %s to %q":                        "已将%s的一部分拷贝到 %q",
		"would copy %s to %q":                           "预演：将%s拷贝到 %q",
		"stopped by %s while copying %s to %q":          "将%[2]s拷贝到 %[3]q 时收到 %[1]s，提前结束",
		"%s and %q are the same":                        "%s与 %q 相同",
		"%s and %q differ":                              "%s与 %q 不同",
		"%s and %q are only partly compared":            "%s与 %q 只比较了一部分",
		"stopped by %s while comparing %s and %q":       "比较%[2]s与 %[3]q 时收到 %[1]s，提前结束",
		"%s to %q, incomplete: the record has no end\n": "%s到 %q：记录没有结尾，以下是其中已有的内容\n",
		"ran %q":                         "已运行 %q",
		"ran %q, and some failed":        "已运行 %q，有失败",
		"would run %q":                   "预演：运行 %q",
		"stopped by %s while running %q": "运行 %[2]q 时收到 %[1]s，提前结束",
		"%q":                             " %q ", "%s source": " %s 个源", // a source in these; one ends in Latin text, the other in Chinese

		// Its table.
		"equal": "相同", "different": "不同", "missing": "缺失", "extra": "多余",
		"files": "文件", "succeeded": "成功", "verified": "已校验", "links": "链接", "repaired": "已修复", "skipped": "跳过",
		"failed": "失败", "retried": "重试", "halted": "提前结束", "not kept": "未保留",
		"not begun": "未开始", "unknown": "未知",
		"tasks": "任务", "children": "子进程", "time": "用时",
		"%s node": "%s 个节点", "%s task": "%s 个任务", "on %s": "在 %s上",
		"%s by %s": "%s（%s）", "%s of %s": "%s（%s 个）",
		"at most %s at once": "同时最多 %s 个", "settled on %s": "最终同时 %s 个", "%s abandoned": "%s 个被放弃",

		// The time line.
		"time line: %.3f s, %s per column": "时间线：共 %.3f s，每列 %s",
		"a task":                           "任务", "at work": "运行", "waiting for its turn": "排队等待",
		"syncing": "同步到磁盘", "verifying": "校验", "a zombie": "僵尸",
		"no progress": "没有进展", "stopped": "暂停", "stalled": "卡住", "lost": "丢失",

		// The files and the family.
		"slowest files": "最慢的文件", "slowest commands": "最慢的命令",
		"failed files": "失败的文件", "failed commands": "失败的命令",
		"standard output:": "标准输出：", "standard error:": "标准错误：", "family": "进程家族",
		"  %q: %s%s\n": "  %q：%s%s\n", " (%s)": "（%s）", "… and %s more": "… 还有 %s 个", "  %s: %s": "  %s：%s",
		": brood report %s": "：brood report %s",
		", see the log; with --record FILE, brood report FILE lists them": "，见日志；加上 --record FILE，" +
			"brood report FILE 会全部列出",
		"; with --record FILE, brood report FILE lists them":          "；加上 --record FILE，brood report FILE 会全部列出",
		"run the same command again to copy what is missing":          "再次运行同样的命令，会拷贝缺少的部分",
		"to copy only these again, with the other flags of this run:": "只重新拷贝这些（并加上本次的其他选项）：",
		"%s files": "%s 个文件", "%s failed": "%s 个失败", "%s to be tried again": "%s 个将重试",
		"abandoned: %s": "被放弃：%s", "no end in the record": "记录中没有结束",

		// The picture.
		"%s: %s files, %s in %.3f s, %s children": "%s：%s 个文件，%s，用时 %.3f s，%s 个子进程",
		"%.3f s, %s": "%.3f s，%s", " of %s on %s": "，属于 %[2]s上的 %[1]s",
		"%s: %s, %.3f s": "%s：%s，%.3f s", "%s: %s": "%s：%s", "lesson %s": "课程 %s", "a signal": "信号", "an adoption": "收养",
		"✗ abandoned": "✗ 被放弃", "✗ lost": "✗ 丢失",
		"start": "启动", "task": "任务", "running": "运行", "waiting": "排队等待",
		"silent": "没有进展", "zombie": "僵尸",

		// A traced program.
		"pipe %d: written by %s, read by %s": "管道 %d：由 %s 写入，由 %s 读取", "none of them": "其中无进程",
		"\nbrood: %s %s: %s, %.3f s\n": "\nbrood：%s %s，%s，用时 %.3f s\n",
		"was lost":                     "去向不明", "was killed by %s": "被 %s 杀死", "ended with exit code %d": "结束，退出码 %d",
		"1 process": "1 个进程", "%s processes": "%s 个进程",
		"alive": "存活", ", child of %s": "，父进程是 %s", "the kernel": "内核",
		"%s begins: %s.": "%s 开始运行：%s。",
		"%s has started %s by vfork. They share their memory, and %s waits until %s executes a program or ends.": "%s 用 vfork 启动了 %s。" +
			"两者共用内存，%s 一直等到 %s 执行程序或结束。",
		"%s has started %s by fork. %s is a copy of it. Both go on, and nobody knows which one is faster.": "%s 用 fork 启动了 %s。%s 是它的副本。" +
			"两者继续运行，谁先谁后无法预知。",
		"%s executes %s. It stays the same process, with the same PID, but its memory is new.": "%s 执行 %s。进程和 PID 都不变，内存换成新的。",
		"%s gets %s from %s.":                           "%s 收到 %[3]s 的 %[2]s。",
		"Nothing can prevent its end.":                  "它必然结束。",
		"Nothing can prevent its stop.":                 "它必然停止。",
		"It may have a handler for that, or ignore it.": "它可能有处理函数，也可能忽略这个信号。",
		"%s is stopped. It does nothing until SIGCONT; of the other signals only SIGKILL has an effect now.": "%s 停止了。收到 SIGCONT 之前它什么都不做，" +
			"其他信号中只有 SIGKILL 有作用。",
		"%s goes on.":                                                           "%s 继续运行。",
		"%s has ended with exit code %d.":                                       "%s 结束，退出码 %d。",
		"%s has ended: killed by %s.":                                           "%s 结束：被 %s 杀死。",
		"It is a zombie until %s waits for it.":                                 "在 %s 等待它之前，它是僵尸。",
		"%s is gone: %s has reaped it.":                                         "%s 消失了：%s 回收了它。",
		"%s has reaped it at once, so it is gone.":                              "%s 立即回收了它，所以它消失了。",
		"The parent of %s has ended. %s has adopted it, and is its parent now.": "%s 的父进程结束了。%s 收养了它，现在是它的父进程。",
		"%s leads a session of its own now. It has no terminal, so Ctrl-C does not reach it.":            "%s 创建了新会话。它没有终端，Ctrl-C 到不了它。",
		"%s leads a process group of its own now. A signal to the group reaches its later children too.": "%s 创建了新进程组。发给该组的信号也会到达它以后的子进程。",
		"%s is in the process group of %s now.":                                                          "%s 加入了 %s 的进程组。",
		"%s asks for the orphans among its descendants. From now on it adopts them.":                     "%s 请求接管后代中的孤儿进程，从现在起由它收养。",
	}
}

// chineseReasons translates the words of brood and of the system. System errors read as in the GNU C library.
func chineseReasons() map[string]string {
	return map[string]string{
		"same size and time": "大小和时间相同", "exists": "已存在", "done by an earlier run": "先前已运行",
		"nobody reads the output":                 "无人读取输出",
		"same size and time, attributes repaired": "大小和时间相同，已修复属性",
		"missing": "缺失", "extra": "多余", "other kind": "类型不同", "other size": "大小不同",
		"other contents": "内容不同", "other target": "链接目标不同", "cannot be made here": "此处无法创建",
		"leftover of an interrupted copy": "中断的拷贝留下的", "named pipe": "命名管道", "socket": "套接字",
		"device": "设备", "neither file, folder nor link": "不是文件、文件夹或链接",
		"no progress": "没有进展", "stopped": "暂停", "stalled": "卡住", "not started": "没有启动",
		"stopped before it was started": "启动前已停止", "process was abandoned": "进程被放弃",
		"it did not end when it was killed": "被杀死后仍没有结束",

		// On a cluster.
		"the tasks were cancelled": "任务已取消", "the job was stopped": "作业已停止",
		"its task has ended": "其任务已结束", "its node has failed": "其节点发生故障",
		"its record has no end, and Slurm no longer knows the task": "其记录没有结尾，Slurm 也不再有这个任务",
		"its node cannot see or run the brood in the job folder":    "其节点无法访问或运行作业文件夹里的 brood",
		"a later attempt at the same files has begun":               "对同样文件的下一次尝试已开始",
		"another attempt replaced it, and it writes no more":        "已被另一次尝试取代，不再写入",
		"Slurm restarted its task, as after a node failure":         "Slurm 重新启动了其任务，例如因为节点故障",

		// What a copy lacks of its source.
		"owner": "属主", "group": "属组", "permissions": "权限", "extended attributes": "扩展属性", "ACL": "ACL",
		"setuid, setgid or sticky bit": "setuid、setgid 或粘滞位", "capabilities": "权能",
		"security label": "安全标签", "hard link": "硬链接", "not possible here": "此处不支持",

		// What was attempted.
		"open": "打开", "open folder": "打开文件夹", "create": "创建", "read": "读取", "read folder": "读取文件夹",
		"read back": "回读", "read link": "读取链接", "write": "写入", "close": "关闭", "stat": "查看状态",
		"stat folder": "查看文件夹状态", "link": "创建硬链接", "symlink": "创建符号链接", "rename": "重命名",
		"remove": "删除", "sync": "同步", "sync folder": "同步文件夹", "truncate": "截断", "allocate": "分配空间",
		"lock": "加锁", "verify": "校验", "make folder": "创建文件夹", "make node": "创建节点",
		"set mode": "设置权限", "set times": "设置时间", "set owner": "设置属主", "set ACL": "设置 ACL",
		"read ACL": "读取 ACL", "remove ACL": "删除 ACL", "set extended attribute": "设置扩展属性",
		"read extended attribute": "读取扩展属性", "list extended attributes": "列出扩展属性",
		"remove extended attribute": "删除扩展属性", "set capabilities": "设置权能", "fork": "创建进程",
		"copy_file_range": "copy_file_range",

		// Why it failed.
		"not a regular file": "不是普通文件", "changed while it was opened": "打开时被修改",
		"changed while it was copied": "拷贝时被修改", "ends before its size": "内容短于其大小",
		"the copy on the medium differs from what was written":             "介质上的副本与写入的内容不同",
		"the copy to link to is not there":                                 "要链接到的副本不存在",
		"the destination has it in another spelling, and cannot hold both": "目标已有另一种拼写的同名项，无法同时容纳",
		"another process took it before it was locked":                     "加锁之前已被另一个进程占用",
		"the destination cannot hold this name":                            "目标不支持这个名称",
		"a socket cannot be copied":                                        "套接字不能拷贝",

		// Errors of the system.
		"no such file or directory": "没有那个文件或目录",
		"permission denied":         "权限不够", "operation not permitted": "不允许的操作",
		"no space left on device": "设备上没有空间", "input/output error": "输入/输出错误",
		"file exists": "文件已存在", "is a directory": "是一个目录", "not a directory": "不是目录",
		"read-only file system": "只读文件系统", "disk quota exceeded": "超出磁盘限额",
		"file name too long": "文件名过长", "too many open files": "打开的文件过多",
		"invalid argument": "无效的参数", "stale file handle": "过旧的文件句柄",
		"connection timed out": "连接超时", "resource temporarily unavailable": "资源暂时不可用",
		"cannot allocate memory": "无法分配内存", "file too large": "文件过大",
		"directory not empty": "目录非空", "too many links": "链接过多",
		"operation not supported": "不支持的操作", "invalid cross-device link": "无效的跨设备链接",
		"device or resource busy": "设备或资源忙", "text file busy": "文本文件忙",
	}
}
