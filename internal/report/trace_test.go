package report_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"brood/internal/status"
	brood "brood/internal/view"
)

// readsTrace reads a trace with the developer tools of the browser. It returns the processes and their slices.
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

type traced struct {
	PID    int
	Name   string
	Slices []string
}

// TestTraceIsReadByChromium: Chromium, whose format it is, finds the processes and phases of the record in the trace.
func TestTraceIsReadByChromium(t *testing.T) {
	for _, name := range []string{"copy", "cluster", "traced"} {
		t.Run(name, func(t *testing.T) {
			tl := recorded(t, name)
			processes := readByChromium(t, tl)
			if len(processes) != len(tl.Lives)+1 || processes[0].Name != tl.Parent.Name {
				t.Fatalf("%+v, want the parent and %d others", processes, len(tl.Lives))
			}
			for i, l := range tl.Rows() {
				name := l.Name
				if !tl.Run().Works() {
					name = l.Member.Letter + " " + name
				}
				if l.Node != "" {
					name += "@" + l.Node
				}
				if got, want := processes[i+1], slicesOf(l); got.Name != name || !slices.Equal(got.Slices, want) {
					t.Errorf("%s has the slices %q, want %s: %q", got.Name, got.Slices, name, want)
				}
			}
		})
	}
}

func readByChromium(t *testing.T, tl *status.Timeline) []traced {
	t.Helper()
	var trace strings.Builder
	if err := brood.Trace(&trace, tl); err != nil {
		t.Fatal(err)
	}
	p, _ := startBrowser(t)
	t.Cleanup(func() { _ = chromedp.Cancel(p.ctx) })
	p.do(chromedp.Navigate("devtools://devtools/bundled/devtools_app.html"))
	reading := chromedp.Evaluate[[]traced](fmt.Sprintf(readsTrace, trace.String()), chromedp.EvalAwaitPromise)
	processes, err := chromedp.Run(p.ctx, reading)
	if err != nil && strings.Contains(err.Error(), "dynamically imported module") {
		t.Skip("this chromium keeps its trace reader in another place: ", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return processes
}

// slicesOf returns the slices that a life should have, in their order.
func slicesOf(l *status.Life) []string {
	names := []string{l.Name}
	if l.Started.After(l.Asked) {
		names = append(names, "start")
	}
	for _, phase := range l.Phases {
		names = append(names, phase.Kind)
	}
	if l.Lost != "" {
		return append(names, status.Lost)
	}
	if l.Ended.IsZero() {
		return names
	}
	return append(names, status.Zombie)
}
