package report_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"brood/internal/status"
	"brood/internal/testenv"
)

// tab is a tab of a real browser.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	said     []string // errors and warnings of the page
	requests []string
}

// startBrowser starts a browser that ends with the test.
func startBrowser(t *testing.T) (p *tab, dir string) {
	t.Helper()
	testenv.Long(t)
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("needs chromium: ", err)
	}
	// Not t.TempDir: the browser makes a socket there, and unix(7) limits its path to 107 bytes.
	dir, err = os.MkdirTemp("/tmp", "brood-browser-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		gone(t, dir)
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(browser),
		chromedp.NoSandbox, // the sandbox does not work for root, nor in most containers
		chromedp.UserDataDir(filepath.Join(dir, "profile")), chromedp.Env("TMPDIR="+dir, "HOME="+dir))
	ctx, stop := context.WithTimeout(context.Background(), 4*testenv.Patience)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	return &tab{t: t, ctx: ctx}, dir
}

// openPage opens the page of a run in a browser. The test fails if the page logs an error or makes a request.
func openPage(t *testing.T, tl *status.Timeline) *tab {
	t.Helper()
	p, dir := startBrowser(t)
	file := filepath.Join(dir, "run.html")
	if err := os.WriteFile(file, []byte(pageOf(t, tl, "en")), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.close(file) })
	p.do(chromedp.EmulateViewport(1200, 800))
	if err := chromedp.Listen(p.ctx, p.heard); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(p.ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	p.do(chromedp.Navigate("file://" + file))
	return p
}

func (p *tab) close(file string) {
	if err := chromedp.Cancel(p.ctx); err != nil {
		p.t.Errorf("close the browser: %v", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.said) > 0 {
		p.t.Errorf("the page logs %q", p.said)
	}
	if len(p.requests) != 1 || p.requests[0] != "file://"+file {
		p.t.Errorf("requests %q, want the page alone", p.requests)
	}
}

// gone waits until no process of the browser is left. The last ones end shortly after the browser itself.
func gone(t *testing.T, dir string) {
	deadline := time.Now().Add(testenv.Patience)
	for ; ; time.Sleep(5 * time.Millisecond) {
		left := 0
		environs, _ := filepath.Glob("/proc/[0-9]*/environ")
		for _, file := range environs {
			if environ, err := os.ReadFile(file); err == nil && strings.Contains(string(environ), "TMPDIR="+dir) {
				left++
			}
		}
		if left == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Errorf("%d processes of the browser are left", left)
			return
		}
	}
}

func (p *tab) heard(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		p.said = append(p.said, e.ExceptionDetails.Text+" "+e.ExceptionDetails.Exception.Description)
	case *runtime.EventConsoleAPICalled:
		p.said = append(p.said, "console."+string(e.Type))
	case *log.EventEntryAdded:
		p.said = append(p.said, e.Entry.Text)
	case *network.EventRequestWillBeSent:
		if !strings.HasPrefix(e.Request.URL, "data:") {
			p.requests = append(p.requests, e.Request.URL)
		}
	}
}

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

// look returns the value of an expression in the page.
func look[T any](p *tab, expression string) T {
	p.t.Helper()
	value, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// until waits for an expression to be true.
func (p *tab) until(expression string) {
	p.t.Helper()
	deadline := time.Now().Add(testenv.Patience)
	for !look[bool](p, expression) {
		if time.Now().After(deadline) {
			p.t.Fatalf("never: %s", expression)
		}
	}
}

// put enters a value into a field of the page, as a reader does.
func (p *tab) put(id, value string) {
	p.t.Helper()
	look[bool](p, fmt.Sprintf(`(field => {
		field.value = %q;
		field.dispatchEvent(new Event('input'));
		return field.dispatchEvent(new Event('change'));
	})(document.getElementById(%q))`, value, id))
}
