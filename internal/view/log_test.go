package view_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"

	"brood/internal/view"
)

// logOf returns the log of recorded events.
func logOf(t *testing.T, recorded string, opts hclog.LoggerOptions) string {
	t.Helper()
	var out strings.Builder
	opts.Name, opts.Output, opts.DisableTime = "brood", &out, true
	log := view.Log(hclog.New(&opts))
	for _, e := range read(t, recorded) {
		log(e)
	}
	return out.String()
}

func TestLog(t *testing.T) {
	for name, row := range map[string]struct{ event, want string }{
		"begun": {
			`{"kind":"begun","pid":40,"ppid":2,"version":2,"source":"a b","dest":"c","slots":4}`,
			`[INFO]  brood: parent started: pid=40 ppid=2 source="a b" dest="c" slots=4`,
		},
		"limited": {
			`{"kind":"limited","slots":100,"asked":500,"reason":"RLIMIT_NPROC"}`,
			`[WARN]  brood: fewer children at once: slots=100 asked=500 reason="RLIMIT_NPROC"`,
		},
		"adjusted": {
			`{"kind":"adjusted","slots":4,"reason":"182 MiB/s with 4, 120 MiB/s with 2"}`,
			`[INFO]  brood: number of children changed: slots=4 reason="182 MiB/s with 4, 120 MiB/s with 2"`,
		},
		"trying": {
			`{"kind":"adjusted","slots":8,"trying":true,"reason":"182 MiB/s with 4"}`,
			`[DEBUG] brood: trying another number of children: slots=8 reason="182 MiB/s with 4"`,
		},
		"started": {
			`{"kind":"started","name":"copy-1","pid":41,"ppid":40,"file":"a.mov","items":1}`,
			`[INFO]  brood: child started: name=copy-1 pid=41 ppid=40 file="a.mov"`,
		},
		"started with several": {
			`{"kind":"started","name":"folders-1","pid":41,"ppid":40,"file":"in","items":3}`,
			`[INFO]  brood: child started: name=folders-1 pid=41 ppid=40 file="in" items=3`,
		},
		"retried": {
			`{"kind":"retried","file":"a.mov","error":"fork: resource temporarily unavailable"}`,
			`[DEBUG] brood: child not started yet: file="a.mov" error="fork: resource temporarily unavailable"`,
		},
		"tried again": {
			`{"kind":"retried","name":"copy-1","pid":41,"file":"a.mov","error":"read: input/output error","attempt":2,"delay":1.23456}`,
			`[WARN]  brood: will be tried again: file="a.mov" error="read: input/output error" attempt=2 delay=1.235 name=copy-1 pid=41`,
		},
		"stalled": {
			`{"kind":"stalled","name":"copy-1","pid":41,"file":"a.mov","reason":"no progress for 1m0s","state":"D","wchan":"rpc_wait_bit_killable"}`,
			`[WARN]  brood: child stalled: file="a.mov" reason="no progress for 1m0s" name=copy-1 pid=41 state=D wchan=rpc_wait_bit_killable`,
		},
		"stalled, elsewhere than on Linux": {
			`{"kind":"stalled","name":"copy-1","pid":41,"file":"a.mov","reason":"no progress for 1m0s"}`,
			`[WARN]  brood: child stalled: file="a.mov" reason="no progress for 1m0s" name=copy-1 pid=41`,
		},
		"failed, as it stalled": {
			`{"kind":"failed","name":"copy-1","pid":41,"file":"a.mov","error":"stalled: no progress for 1m0s","transient":true,"state":"D","wchan":"rpc_wait"}`,
			`[ERROR] brood: not copied: file="a.mov" error="stalled: no progress for 1m0s" name=copy-1 pid=41 state=D wchan=rpc_wait`,
		},
		"halted": {
			`{"kind":"stopping","reason":"3 failed (--max-errors 3)"}`,
			`[WARN]  brood: stopping: reason="3 failed (--max-errors 3)"`,
		},
		"progress": {
			`{"kind":"progress","name":"copy-1","pid":41,"file":"a.mov","bytes":5,"size":10}`,
			`[TRACE] brood: progress: file="a.mov" bytes=5 size=10 name=copy-1 pid=41`,
		},
		"copied": {
			`{"kind":"copied","name":"copy-1","pid":41,"file":"a.mov","bytes":10,"method":"reflink"}`,
			`[DEBUG] brood: copied: file="a.mov" bytes=10 method=reflink name=copy-1 pid=41`,
		},
		"copied and verified": {
			`{"kind":"copied","name":"copy-1","pid":41,"file":"a.mov","bytes":10,"method":"read-write","hash":"xxh64","digest":"aa","resumed":4}`,
			`[DEBUG] brood: copied: file="a.mov" bytes=10 method=read-write hash=xxh64 digest=aa resumed=4 name=copy-1 pid=41`,
		},
		"copied twice": {
			`{"kind":"copied","name":"copy-1","pid":41,"file":"a.mov","bytes":10,"method":"read-write","hash":"xxh64","digest":"aa","retries":1}`,
			`[WARN]  brood: copied again, since the copy differed when read back: file="a.mov" bytes=10 method=read-write hash=xxh64 digest=aa retries=1 name=copy-1 pid=41`,
		},
		"verified": {
			`{"kind":"verified","name":"copy-1","pid":41,"file":"a.mov","bytes":10,"hash":"xxh64","digest":"aa"}`,
			`[DEBUG] brood: verified: file="a.mov" bytes=10 hash=xxh64 digest=aa name=copy-1 pid=41`,
		},
		"differs": {
			`{"kind":"differs","file":"a.mov","reason":"missing"}`,
			`[DEBUG] brood: differs: file="a.mov" reason="missing"`,
		},
		"progress of a phase": {
			`{"kind":"progress","name":"copy-1","pid":41,"file":"a.mov","bytes":5,"size":10,"phase":"verifying"}`,
			`[TRACE] brood: progress: file="a.mov" bytes=5 size=10 phase=verifying name=copy-1 pid=41`,
		},
		"finished with losses": {
			`{"kind":"finished","files":3,"bytes":30,"duration":2.5,"failed":0,"losses":{"owner":2,"ACL":1}}`,
			`[DEBUG] brood: parent finished: files=3 bytes=30 failed=0 duration=2.5
[WARN]  brood: not kept: what="ACL" files=1
[WARN]  brood: not kept: what="owner" files=2`,
		},
		"linked": {
			`{"kind":"linked","name":"folders-1","pid":41,"file":"l"}`,
			`[DEBUG] brood: linked: file="l" name=folders-1 pid=41`,
		},
		"made": {
			`{"kind":"made","name":"folders-1","pid":41,"file":"."}`,
			`[DEBUG] brood: made: file="." name=folders-1 pid=41`,
		},
		"skipped since it is done": {
			`{"kind":"skipped","file":"a.mov","reason":"same size and time"}`,
			`[DEBUG] brood: skipped: file="a.mov" reason="same size and time"`,
		},
		"skipped since it exists": {
			`{"kind":"skipped","file":"a.mov","reason":"exists"}`,
			`[DEBUG] brood: skipped: file="a.mov" reason="exists"`,
		},
		"skipped, and one might miss it": {
			`{"kind":"skipped","file":"p","reason":"named pipe"}`,
			`[WARN]  brood: skipped: file="p" reason="named pipe"`,
		},
		"failed in the parent": {
			`{"kind":"failed","file":"in","error":"open: permission denied"}`,
			`[ERROR] brood: not copied: file="in" error="open: permission denied"`,
		},
		"failed in a child": {
			`{"kind":"failed","name":"copy-1","pid":41,"file":"a.mov","error":"write: no space left on device"}`,
			`[ERROR] brood: not copied: file="a.mov" error="write: no space left on device" name=copy-1 pid=41`,
		},
		"failed in a comparison": {
			`{"kind":"begun","pid":40,"ppid":2,"version":2,"source":"a","dest":"c","slots":4,"verify":true}
{"kind":"failed","name":"verify-1","pid":41,"file":"a.mov","error":"read: input/output error"}`,
			`[INFO]  brood: parent started: pid=40 ppid=2 source="a" dest="c" slots=4
[ERROR] brood: not compared: file="a.mov" error="read: input/output error" name=verify-1 pid=41`,
		},
		"exited": {
			`{"kind":"exited","name":"copy-1","pid":41,"file":"a.mov","exitcode":0,"bytes":10,"duration":1.23456}`,
			`[INFO]  brood: child exited: name=copy-1 pid=41 exitcode=0 bytes=10 duration=1.235`,
		},
		"exited in no time": {
			`{"kind":"exited","name":"copy-1","pid":41,"exitcode":1}`,
			`[INFO]  brood: child exited: name=copy-1 pid=41 exitcode=1 bytes=0 duration=0`,
		},
		"exited by a signal": {
			`{"kind":"exited","name":"copy-1","pid":41,"exitcode":-9,"signal":"SIGKILL","bytes":3,"duration":0.5}`,
			`[INFO]  brood: child exited: name=copy-1 pid=41 signal=SIGKILL bytes=3 duration=0.5`,
		},
		"abandoned": {
			`{"kind":"exited","name":"copy-1","pid":41,"file":"a.mov","error":"it did not end"}`,
			`[ERROR] brood: child abandoned: name=copy-1 pid=41 file="a.mov" error="it did not end"`,
		},
		"on whole nodes": {
			`{"kind":"begun","version":2,"pid":40,"ppid":39,"source":"a","dest":"b"}`,
			`[INFO]  brood: parent started: pid=40 ppid=39 source="a" dest="b"`,
		},
		"tasks submitted": {
			`{"kind":"submitted","array":"81","tasks":11,"items":2800,"size":4096}`,
			`[INFO]  brood: tasks submitted: array=81 tasks=11 items=2800 size=4096`,
		},
		"news of the cluster": {
			`{"kind":"pending","reason":"Slurm answers again"}`,
			`[INFO]  brood: cluster: reason="Slurm answers again"`,
		},
		"tasks wait": {
			`{"kind":"pending","tasks":9,"reason":"Resources"}`,
			`[INFO]  brood: tasks wait: tasks=9 reason="Resources"`,
		},
		"a task started": {
			`{"kind":"started","name":"task-1","node":"n1","task":"81_0","pid":41,"ppid":40,"file":"a.mov","items":250}`,
			`[INFO]  brood: task started: name=task-1 pid=41 node=n1 task=81_0 ppid=40 file="a.mov" items=250`,
		},
		"started on a node": {
			`{"kind":"started","name":"copy-1","node":"n1","pid":49,"ppid":41,"file":"a.mov","items":1}`,
			`[INFO]  brood: child started: name=copy-1 pid=49 node=n1 ppid=41 file="a.mov"`,
		},
		"failed on a node": {
			`{"kind":"failed","name":"copy-1","node":"n1","pid":49,"file":"a.mov","error":"x","state":"D"}`,
			`[ERROR] brood: not copied: file="a.mov" error="x" name=copy-1 pid=49 node=n1 state=D`,
		},
		"exited on a node": {
			`{"kind":"exited","name":"copy-1","node":"n1","pid":49,"exitcode":0}`,
			`[INFO]  brood: child exited: name=copy-1 pid=49 node=n1 exitcode=0 bytes=0 duration=0`,
		},
		"a task exited": {
			`{"kind":"exited","name":"task-1","node":"n1","task":"81_0","pid":41,"exitcode":0,"bytes":5,"duration":2}`,
			`[INFO]  brood: task exited: name=task-1 pid=41 node=n1 task=81_0 exitcode=0 bytes=5 duration=2`,
		},
		"a child lost": {
			`{"kind":"exited","name":"copy-7","node":"n2","pid":49,"file":"b.mov","reason":"its node has failed"}`,
			`[WARN]  brood: child lost: name=copy-7 pid=49 node=n2 file="b.mov" reason="its node has failed"`,
		},
		"a task lost": {
			`{"kind":"exited","name":"task-2","node":"n2","task":"81_1","pid":41,"file":"b.mov","reason":"NODE_FAIL"}`,
			`[WARN]  brood: task lost: name=task-2 pid=41 node=n2 task=81_1 file="b.mov" reason="NODE_FAIL"`,
		},
		"a task tried again": {
			`{"kind":"retried","name":"task-2","node":"n2","task":"81_1","pid":41,"file":"b.mov","error":"NODE_FAIL","attempt":1}`,
			`[WARN]  brood: will be tried again: file="b.mov" error="NODE_FAIL" attempt=1 delay=0 name=task-2 pid=41 node=n2 task=81_1`,
		},
		"a node's name with escapes": {
			`{"kind":"linked","name":"copy-1","node":"n\u001b[2J","pid":49,"file":"l"}`,
			`[DEBUG] brood: linked: file="l" name=copy-1 pid=49 node="n\x1b[2J"`,
		},
		"slots changed by a user": {
			`{"kind":"adjusted","slots":90,"asked":100,"reason":"brood limit"}`,
			`[INFO]  brood: number of children changed: slots=90 asked=100 reason="brood limit"`,
		},
		"stopping": {
			`{"kind":"stopping","signal":"SIGINT","reason":"no more"}`,
			`[WARN]  brood: stopping: signal=SIGINT reason="no more"`,
		},
		"finished": {
			`{"kind":"finished","files":3,"bytes":30,"failed":1,"duration":2.5}`,
			`[DEBUG] brood: parent finished: files=3 bytes=30 failed=1 duration=2.5`,
		},
		"of the future": {`{"kind":"rested"}`, ""},
		"a name with escapes": {
			`{"kind":"failed","file":"\u001b]0;x\u0007\n[ERROR] \"brood\"\u202e\\","error":"a\nb"}`,
			`[ERROR] brood: not copied: file="\x1b]0;x\a\n[ERROR] \"brood\"\u202e\\" error="a\nb"`,
		},
		"a name that is no UTF-8": {
			`{"kind":"failed","file":"?","file_base64":"/w==","error":""}`,
			`[ERROR] brood: not copied: file="\xff" error=""`,
		},
		"a child's name with a newline": {
			`{"kind":"linked","name":"copy\n-1","pid":41,"file":"l"}`,
			`[DEBUG] brood: linked: file="l" name="copy\n-1" pid=41`,
		},
		"a name in other letters": {
			`{"kind":"failed","file":"唱歌.mp4","error":"x"}`,
			`[ERROR] brood: not copied: file="唱歌.mp4" error="x"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := logOf(t, row.event+"\n", hclog.LoggerOptions{Level: hclog.Trace})
			if want := strings.TrimPrefix(row.want+"\n", "\n"); got != want {
				t.Errorf("got  %swant %s", got, want)
			}
		})
	}
}

// TestLogJSON: JSON has the unquoted names, since no terminal shows them.
func TestLogJSON(t *testing.T) {
	got := logOf(t, `{"kind":"failed","name":"copy-1","pid":41,"file":"\u001b[31m \"a\"","error":"x"}`+"\n",
		hclog.LoggerOptions{Level: hclog.Trace, JSONFormat: true})
	var line map[string]any
	if err := json.Unmarshal([]byte(got), &line); err != nil {
		t.Fatalf("%q: %v", got, err)
	}
	for key, want := range map[string]any{
		"@level": "error", "@module": "brood", "@message": "not copied",
		"file": "\x1b[31m \"a\"", "error": "x", "name": "copy-1", "pid": 41.0,
	} {
		if line[key] != want {
			t.Errorf("%s is %q, want %q", key, line[key], want)
		}
	}
	if strings.Contains(got, "\x1b") {
		t.Errorf("a raw escape in %q", got)
	}
}
