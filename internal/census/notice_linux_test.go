package census

import (
	"bytes"
	"fmt"
	"os"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// someNotice describes a task and its child.
func someNotice() Notice {
	child := Remote{
		PID: 21, Name: "copy-1", File: []byte("a\n\xff"), Files: 3, Nth: 2,
		Done: 5, Size: 9, Phase: "verifying", Bytes: 14, Rate: 2,
	}
	task := Remote{PID: 13, Name: "task-1", Files: 3, Started: time.Now().Add(-time.Minute)}
	return Notice{
		At: time.Now(), Cluster: Cluster{Bytes: 100, Rate: 7, Waiting: 3, Why: "Priority"},
		Tasks: []RemoteTask{{Remote: task, ID: "81_0", Node: "n1", Children: []Remote{child}}},
	}
}

// followed pretends that this process follows a copy on a cluster, and adds its notice.
func followed() *Process {
	p := &Process{PID: os.Getpid(), Role: Parent, Command: []string{"follow", "job"}, IO: &IO{Read: 1}}
	(&survey{dir: "/proc"}).addRemote(p)
	return p
}

func TestNotice(t *testing.T) {
	var board Board
	for range 3 { // each notice replaces the one before
		if err := board.Post(someNotice()); err != nil {
			t.Fatal(err)
		}
	}
	p := followed()
	c := p.Cluster
	if c == nil || c.Waiting != 3 || c.Why != "Priority" || c.Ago > time.Hour || p.Rate != 7 || len(p.Children) != 1 {
		t.Fatalf("the parent is %+v, its cluster %+v", p, c)
	}
	if n, ok := p.Moved(); n != 101 || !ok {
		t.Errorf("%d bytes, want 101: those of ended tasks count, too", n)
	}
	task := p.Children[0]
	if task.PID != 13 || task.PPID != p.PID || task.Role != Task || task.Task != "81_0" || task.Node != "n1" ||
		task.Age < time.Minute || len(task.Children) != 1 {
		t.Fatalf("the task is %+v", task)
	}
	child := task.Children[0]
	want := &Process{
		PID: 21, PPID: 13, Role: Child, Node: "n1", Name: "copy-1", File: "a\n\xff", Files: 3, Rate: 2,
		Age: child.Age, Remote: &someNotice().Tasks[0].Children[0],
	}
	if !reflect.DeepEqual(child, want) {
		t.Errorf("the child is %+v, want %+v", child, want)
	}
	if err := board.Close(); err != nil {
		t.Error(err)
	}
	if p := followed(); p.Cluster != nil || len(p.Children) > 0 {
		t.Errorf("the notice is still there: %+v", p)
	}
}

// TestNoticeIsWhole: a reader sees the old notice or the new one, never a mixture.
func TestNoticeIsWhole(t *testing.T) {
	var board Board
	defer board.Close()
	short, long := someNotice(), someNotice()
	for range 300 {
		long.Tasks = append(long.Tasks, long.Tasks[0])
	}
	if err := board.Post(short); err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() {
		var err error
		for i := 0; i < 200 && err == nil; i++ {
			err = board.Post([]Notice{long, short}[i%2])
		}
		done <- err
	}()
	for {
		p := followed()
		if n := len(p.Children); p.Cluster == nil || n != 1 && n != remoteMost/2 {
			t.Errorf("%d tasks of %+v", n, p.Cluster)
		}
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
			return
		default:
		}
	}
}

// TestNoticeOfMany: a notice counts the processes that it leaves out.
func TestNoticeOfMany(t *testing.T) {
	n := someNotice()
	n.Tasks[0].Children = make([]Remote, 10)
	n.Tasks = append(n.Tasks, n.Tasks[0], n.Tasks[0])
	n.cut(15)
	if len(n.Tasks) != 2 || len(n.Tasks[0].Children) != 10 || len(n.Tasks[1].Children) != 3 || n.More != 7+11 {
		t.Errorf("%d more, want 18; tasks %+v", n.More, n.Tasks)
	}
}

// TestHostileNotice: anybody may have made a file that looks like a notice.
func TestHostileNotice(t *testing.T) {
	at := fmt.Sprintf(`"At":%q`, time.Now().Format(time.RFC3339))
	const grandchildren = `,"Tasks":[{"PID":1,"Node":"n","Children":[{"PID":1,"Node":"n","Children":[{"PID":1}]}]}]}`
	const odd = `,"Bytes":-5,"Rate":-1e300,"Waiting":-9,"More":-1,"Tasks":[{` +
		`"Bytes":9223372036854775807,"Rate":1e300,"Done":-1,"Files":-3,"Nth":-3,"State":"\u001b[2J"}]}`
	for name, row := range map[string]struct {
		text  string
		seals int
		found int // tasks; -1 if it is no notice
	}{
		"a whole one":          {`{` + at + `,"Tasks":[{"PID":1,"Node":"n"}]}`, final, 1},
		"not sealed":           {`{` + at + `,"Tasks":[{"PID":1,"Node":"n"}]}`, 0, -1},
		"it may be longer":     {`{` + at + `,"Tasks":[{"PID":1,"Node":"n"}]}`, final &^ unix.F_SEAL_GROW, -1},
		"half of one":          {`{` + at + `,"Tasks":[{"PID":1,"No`, final, -1},
		"empty":                {``, final, -1},
		"another thing":        {`[1]`, final, -1},
		"null":                 {`null`, final, -1},
		"without a time":       {`{"Tasks":[{"PID":1,"Node":"n"}]}`, final, -1},
		"too long":             {`{` + at + strings.Repeat(" ", noticeMost) + `}`, final, -1},
		"deep":                 {`{` + at + `,"Tasks":` + strings.Repeat(`[`, 1<<20), final, -1},
		"children of children": {`{` + at + grandchildren, final, 1},
		"no node":              {`{` + at + `,"Tasks":[{"PID":1}]}`, final, 1},
		"many":                 {`{` + at + `,"Tasks":[{}` + strings.Repeat(`,{}`, 1000) + `]}`, final, remoteMost},
		"odd numbers":          {`{` + at + odd, final, 1},
	} {
		t.Run(name, func(t *testing.T) {
			post(t, []byte(row.text), row.seals)
			p := followed()
			if p.Cluster == nil != (row.found < 0) || len(p.Children) != max(row.found, 0) {
				t.Fatalf("%d tasks of %+v", len(p.Children), p.Cluster)
			}
			(&Census{Broods: []*Process{p}}).each(func(p *Process) {
				n, _ := p.Moved()
				grandchildren := len(p.Children) > 0 && p.PID == 1 && p.Role != Task
				if n < 0 || p.Rate < 0 || p.Rate > 1<<61 || p.Files < 0 || p.State != "" || grandchildren {
					t.Errorf("a value is not sane: %+v", p)
				}
				if p.PID != os.Getpid() && p.Remote == nil {
					t.Errorf("a process of this machine: %+v", p)
				}
			})
		})
	}
}

// post makes memory with that text and the name of a notice.
func post(t *testing.T, text []byte, seals int) {
	t.Helper()
	fd, err := unix.MemfdCreate(noticeName, unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		t.Fatal(err)
	}
	file := os.NewFile(uintptr(fd), noticeName)
	t.Cleanup(func() { file.Close() })
	if _, err := file.Write(text); err != nil {
		t.Fatal(err)
	}
	if _, err := unix.FcntlInt(file.Fd(), unix.F_ADD_SEALS, seals); err != nil {
		t.Fatal(err)
	}
}

// TestNoNotice: other files are not read, and a pipe does not block the census.
func TestNoNotice(t *testing.T) {
	dir := t.TempDir()
	text, err := someNotice().text()
	if err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		dir + "/file": os.WriteFile(dir+"/file", bytes.Clone(text), 0o600),
		dir + "/fifo": syscall.Mkfifo(dir+"/fifo", 0o600),
		dir:           nil,
		dir + "/none": nil,
	} {
		if err != nil {
			t.Fatal(err)
		}
		if n, ok := openNotice(name); ok {
			t.Errorf("%s: %+v", name, n)
		}
	}
}

// TestOfACluster: command lines show who follows a copy, and who is a task.
func TestOfACluster(t *testing.T) {
	for line, want := range map[string]struct {
		follows bool
		batch   int // -1 if it is no task
	}{
		"follow job":                        {true, -1},
		"copy --on slurm a b":               {true, -1},
		"copy -on=slurm a b":                {true, -1},
		"copy a b":                          {false, -1},
		"copy -- --on b":                    {false, -1},
		"verify --on a":                     {false, -1},
		"task --job-dir=j --batch=6 -- a b": {false, 6},
		"task --job-dir=j -- --batch=6 b":   {false, -1},
		"task --batch=many a b":             {false, -1},
		"copy --batch=6":                    {false, -1},
		"":                                  {false, -1},
	} {
		words := strings.Fields(line)
		batch, ok := batchOf(words)
		if !ok {
			batch = -1
		}
		if f := follows(words); f != want.follows || batch != want.batch {
			t.Errorf("%q: follows is %v, batch %d", line, f, batch)
		}
	}
}
