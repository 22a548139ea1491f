package report_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	brood "brood/internal/view"
)

// readsTrace has the browser's own developer tools read a trace, and tells what they
// have found: the processes, and of each the slices.
const readsTrace = `(async trace => {
	const {TraceModel} = await import('devtools://devtools/bundled/models/trace/trace.js');
	const model = TraceModel.Model.createWithAllHandlers();
	await model.parse(trace.traceEvents, {metadata: {}, isFreshRecording: false});
	const {Meta, Renderer} = model.parsedTrace(0).data;
	return [...Renderer.processes].map(([pid, process]) => ({
		PID: pid, Name: Meta.processNames.get(pid).args.name,
		Slices: [...process.threads.values()].flatMap(thread => thread.entries.map(entry => entry.name)),
	}));
})(%s)`

// TestTraceIsReadByChromium: who made the format finds in the trace what the record has.
func TestTraceIsReadByChromium(t *testing.T) {
	tl := recorded(t, "copy")
	var trace strings.Builder
	if err := brood.Trace(&trace, tl); err != nil {
		t.Fatal(err)
	}
	p, _ := startBrowser(t)
	t.Cleanup(func() { _ = chromedp.Cancel(p.ctx) })
	p.do(chromedp.Navigate("devtools://devtools/bundled/devtools_app.html"))
	type found struct {
		PID    int
		Name   string
		Slices []string
	}
	processes, err := chromedp.Run(p.ctx, chromedp.Evaluate[[]found](fmt.Sprintf(readsTrace, trace.String()), chromedp.EvalAwaitPromise))
	if err != nil && strings.Contains(err.Error(), "dynamically imported module") {
		t.Skip("this chromium has its reader of traces elsewhere: ", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	if len(processes) != len(tl.Lives)+1 || processes[0].Name != tl.Parent.Name {
		t.Fatalf("%+v, want the parent and %d children", processes, len(tl.Lives))
	}
	for i, l := range tl.Lives {
		want := []string{l.Name}
		if l.Started.After(l.Asked) {
			want = append(want, "start")
		}
		for _, phase := range l.Phases {
			want = append(want, phase.Kind)
		}
		want = append(want, "zombie")
		if got := processes[i+1]; got.Name != l.Name || !slices.Equal(got.Slices, want) {
			t.Errorf("%s: %q, want %q", got.Name, got.Slices, want)
		}
	}
}
