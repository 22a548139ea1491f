//go:build unix

package cli

import (
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"

	"brood/internal/testenv"
)

// typist is at a terminal with a shell.
type typist struct {
	t    *testing.T
	tty  *os.File
	mu   sync.Mutex
	seen strings.Builder
}

func newTypist(t *testing.T, shell string, args ...string) *typist {
	cmd := exec.Command(shell, args...)
	home := t.TempDir()
	cmd.Env = []string{"HOME=" + home, "ZDOTDIR=" + home, "PATH=" + os.Getenv("PATH"), "TERM=dumb", "INPUTRC=/dev/null", "LC_ALL=C.UTF-8"}
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 50, Cols: 200})
	if err != nil {
		t.Fatal(err)
	}
	p, done := &typist{t: t, tty: tty}, make(chan struct{})
	go func() {
		defer close(done)
		p.read()
	}()
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		tty.Close()
		<-done
	})
	return p
}

func (p *typist) read() {
	buffer := make([]byte, 4096)
	for {
		n, err := p.tty.Read(buffer)
		p.mu.Lock()
		p.seen.Write(buffer[:n])
		p.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (p *typist) screen() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seen.String()
}

func (p *typist) types(keys string) {
	p.t.Helper()
	if _, err := p.tty.WriteString(keys); err != nil {
		p.t.Fatal(err)
	}
}

func (p *typist) sees(text string) {
	p.t.Helper()
	for deadline := time.Now().Add(testenv.Patience); !strings.Contains(p.screen(), text); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			p.t.Fatalf("never seen: %q, but\n%s", text, p.screen())
		}
	}
}

// printsItself replaces brood by a function that prints its arguments, to see what a TAB made of the line.
const printsItself = "\nbrood() { printf '<%s>' \"$@\"; echo; }\nPS1='ready> '\nPS2=\n"

func TestTabInBash(t *testing.T) {
	bash, script := completionOf(t, "bash")
	rc := t.TempDir() + "/rc"
	if err := os.WriteFile(rc, []byte(". "+script+printsItself), 0o600); err != nil {
		t.Fatal(err)
	}
	p := newTypist(t, bash, "--noprofile", "--rcfile", rc, "-i")
	testTab(p, "<copy><--overwrite><always>", "<copy><--hash=blake3><-q>")
}

func TestTabInZsh(t *testing.T) {
	zsh, script := completionOf(t, "zsh")
	// Its own prompt for a missing end of line would come in between.
	start := "unsetopt prompt_sp beep; autoload -U compinit; compinit -u -D; . " + script + printsItself
	rc := t.TempDir() + "/rc"
	if err := os.WriteFile(rc, []byte(start), 0o600); err != nil {
		t.Fatal(err)
	}
	p := newTypist(t, zsh, "-d", "-f", "-i")
	p.types(". " + rc + "\n")
	testTab(p, "<copy><--overwrite=always>", "<copy><--hash=blake3><-q>")
	p.types("brood lesson s\t")
	p.sees("-- one file of five stalls") // a title beside its lesson
	p.types("\x15brood copy --\t")
	p.sees("-- set the I/O CLASS of children: idle, best-effort[:0-7] or realtime[:0-7]")
	p.types("\x15brood copy /etc/passw\t\n")
	p.sees("<copy></etc/passwd>")
}

func testTab(p *typist, overwrite, hash string) {
	p.t.Helper()
	p.sees("ready> ")
	p.types("brood copy --overw\tal\t\n")
	p.sees(overwrite)
	p.types("brood copy --hash=bl\t-q\n")
	p.sees(hash)
	p.types("brood lesson zo\t\n")
	p.sees("<lesson><zombie>")
	p.types("brood completion fi\t\n")
	p.sees("<completion><fish>")
}
