package lesson

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"brood/internal/confine"
	"brood/internal/process"
)

var confinedLesson = Lesson{
	Name:  "confined",
	Title: Text{"a process that gives up what it does not need", "沙箱：进程放弃它不需要的权限"},
	Go:    []string{"confinedChild", "confineTo", "confined", "read"},
	Intro: Text{
		"The child needs one folder for its work. It tells the kernel that it will never read anything\n" +
			"else (Landlock; Linux only, and Python's library has no function for it). Why? If the child\n" +
			"has a bug, or is attacked, it still cannot open anything else.",
		"子进程的工作只需要一个文件夹。它告诉内核：从此以后，别的文件我一概不读\n" +
			"（Landlock，只有 Linux 才有；Python 标准库没有对应的函数）。为什么要这样？\n" +
			"以后它万一出错，或者受到攻击，也打不开别的文件。",
	},
	Prepare: prepareConfined,
	Scenes: []Scene{{
		Target: "confined",
		Questions: []Question{{
			Ask: Text{
				"Everybody may read /etc/passwd. Can the child read it after it has confined itself?",
				"/etc/passwd 谁都可以读。子进程限制自己之后，还能读它吗？",
			},
			Choices: fatesOfReading,
			Truth:   func(r *Result) string { return fateOfReading(r, "子进程，限制之后，读 /etc/passwd：") },
			Why: Text{
				"The kernel refuses it with EACCES, even if the file is the user's own, even for root.\n" +
					"No system call ends the confinement.",
				"进程受了限制，内核就用错误 EACCES 拒绝它：不管文件和进程属于谁，哪怕是 root。\n" +
					"没有任何系统调用能取消这个限制。",
			},
		}, {
			Ask:     Text{"Can it read the file in its own folder?", "它自己文件夹里的文件呢？"},
			Choices: fatesOfReading,
			Truth:   func(r *Result) string { return fateOfReading(r, "子进程，限制之后，读自己的文件：") },
			Why: Text{
				"A process keeps the rights that its work needs, and no more.",
				"进程只给自己留下工作所需要的权限，一点也不多留。",
			},
		}, {
			Ask:     Text{"Can the main process read /etc/passwd afterwards?", "之后，主进程还能读 /etc/passwd 吗？"},
			Choices: fatesOfReading[:2],
			Truth:   func(r *Result) string { return fateOfReading(r, "主进程，读 /etc/passwd：") },
			Why: Text{
				"A process confines itself and the processes that it starts, but not its parent.",
				"进程只能限制自己，以及它以后启动的进程，限制不了父进程。",
			},
		}},
	}},
}

var fatesOfReading = []Text{
	{"yes", "能"}, {"no: permission denied", "不能：没有权限"},
	{"nobody can tell: this kernel has no Landlock", "无法知道：这个内核没有 Landlock"},
}

func confinedChild(w *process.Work) error {
	folder := w.Args[0]
	fmt.Println(tr("子进程，限制之前，读 /etc/passwd："), read("/etc/passwd"))
	if err := confineTo(folder); errors.Is(err, confine.ErrUnavailable) {
		fmt.Println(tr("子进程没能限制自己：这个内核没有 Landlock"))
		return nil
	} else if err != nil {
		return err
	}
	fmt.Println(tr("子进程，限制之后，读 /etc/passwd："), read("/etc/passwd"))
	fmt.Println(tr("子进程，限制之后，读自己的文件："), read(filepath.Join(folder, "own")))
	return nil
}

func confineTo(folder string) error {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	all := confine.Files{Root: root, All: true}
	return confine.To(confine.Access{Read: []confine.Files{all}}, confine.Always)
}

func confined(w *process.Work) error {
	child := process.New(process.Config{Target: "confined-child", Args: []string{w.Kwargs["folder"]}})
	err := errors.Join(child.Start(), child.Join())
	fmt.Println(tr("主进程，读 /etc/passwd："), read("/etc/passwd"))
	return err
}

func read(name string) string {
	if _, err := os.ReadFile(name); err != nil {
		return reason(err)
	}
	return tr("成功")
}

// fateOfReading is the number of the answer in fatesOfReading. Without Landlock the child prints nothing.
func fateOfReading(r *Result, label string) string {
	switch result := printed(r, label); result {
	case "成功", words["成功"]:
		return "1"
	case "":
		return "3"
	default:
		return "2"
	}
}

func prepareConfined(string) (kwargs map[string]string, after func(), err error) {
	folder, err := os.MkdirTemp("", "brood-lesson-confined-")
	if err != nil {
		return nil, nil, err
	}
	after = func() { os.RemoveAll(folder) }
	if err := os.WriteFile(filepath.Join(folder, "own"), []byte("own\n"), 0o600); err != nil {
		after()
		return nil, nil, err
	}
	return map[string]string{"folder": folder}, after, nil
}
