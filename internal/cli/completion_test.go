//go:build unix

package cli

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// completionOf is a shell and a file with the script for it.
func completionOf(t *testing.T, shell string) (program, script string) {
	t.Helper()
	program, err := exec.LookPath(shell)
	if err != nil {
		t.Skip("needs "+shell+": ", err)
	}
	_, p := described(t)
	text, ok := p.Completion(shell)
	if !ok {
		t.Fatalf("none for %s", shell)
	}
	script = t.TempDir() + "/script"
	if err := os.WriteFile(script, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return program, script
}

func shellSays(t *testing.T, program string, args ...string) string {
	t.Helper()
	out, err := exec.Command(program, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", program, err, out)
	}
	return strings.TrimSpace(string(out))
}

// readline makes each = a word of its own. <default> and <dirnames> are readline's own completion of file names.
func TestBashOffers(t *testing.T) {
	bash, script := completionOf(t, "bash")
	const call = `. "$1"; shift; compopt() { echo "<$2>"; }
		COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _brood; echo "${COMPREPLY[*]}"`
	for _, row := range []struct{ name, line, want string }{
		{"commands", "brood ", "copy run verify report follow stop ps limit trace lesson completion man help --help -h --version -v"},
		{"the command that begins so", "brood ver", "verify"},
		{"flags that begin so", "brood copy --re", "--resume --retry-failed --retries --record --report"},
		{"words of a flag", "brood copy --overwrite ", "changed always never"},
		{"the word that begins so", "brood verify --hash b", "blake3"},
		{"of a short flag", "brood copy -j a", "auto"},
		{"behind an equals sign", "brood copy --hash =", "xxh128 xxh64 blake3 sha256 md5"},
		{"begun behind an equals sign", "brood copy --hash = md", "md5"},
		{"a word that goes on", "brood copy --halt so", "<nospace>\nsoon,fail="},
		{"a file for a flag", "brood copy --record ", "<default>"},
		{"nothing for a number", "brood copy --retries ", ""},
		{"SOURCE", "brood copy ", "<default>"},
		{"another SOURCE, or DEST", "brood copy a ", "<default>"},
		{"after flags with values", "brood copy --jobs 4 --hash = md5 -q a b ", "<default>"},
		{"no second argument", "brood follow a ", ""},
		{"no flags after --", "brood copy -- -", "<default>"},
		{"a flag's name as an argument", "brood copy -- --hash ", "<default>"},
		{"lessons", "brood lesson zo", "zombie"},
		{"the folder of a lesson", "brood lesson --show none stall ", "<dirnames>"},
		{"shells", "brood completion ", "bash zsh fish"},
		{"a command to be told of", "brood help fo", "follow"},
		{"a topic to be told of", "brood help clu", "cluster"},
		{"an unknown command", "brood sing ", ""},
		{"what bash would run", "brood copy --hash $(exit)", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			args := append([]string{"--norc", "-c", call, "bash", script}, strings.Split(row.line, " ")...)
			if got := shellSays(t, bash, args...); got != row.want {
				t.Errorf("%q: %q, want %q", row.line, got, row.want)
			}
		})
	}
}

func TestFishOffers(t *testing.T) {
	fish, script := completionOf(t, "fish")
	home := t.TempDir() // fish keeps what it knows there
	for _, row := range []struct{ name, line, want string }{
		{"the command that begins so", "brood ver", "verify\tcompare files and folders"},
		{"words of a flag", "brood copy --overwrite ", "always\t"},
		{"behind an equals sign", "brood verify --hash=bl", "--hash=blake3\t"},
		{"of a short flag", "brood copy -j ", "auto\t"},
		{"a flag, with what it is for", "brood copy --dur", "--durable\tcount a file"},
		{"a quote in what it is for", "brood copy --detac", "--detach\tsubmit, print the job's ID, and leave"},
		{"a lesson, with its title", "brood lesson zo", "zombie\tended, but not yet reaped"},
		{"a word that goes on", "brood copy --halt so", "soon,fail="},
		{"a folder for a lesson", "brood lesson stall /us", "/usr/"},
		{"a file for SOURCE", "brood copy /etc/pass", "/etc/passwd"},
		{"a shell", "brood completion zs", "zsh"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := shellSays(t, "env", "HOME="+home, "XDG_DATA_HOME="+home, "XDG_CONFIG_HOME="+home, fish, "--no-config", "-c", `source $argv[1]; complete -C $argv[2]`, script, row.line)
			if !strings.HasPrefix(got+"\t", row.want) && !strings.Contains(got, "\n"+row.want) {
				t.Errorf("%q: %q, want %q", row.line, got, row.want)
			}
		})
	}
	t.Run("no flags of another command", func(t *testing.T) {
		got := shellSays(t, "env", "HOME="+home, "XDG_DATA_HOME="+home, "XDG_CONFIG_HOME="+home, fish, "--no-config", "-c", `source $argv[1]; complete -C $argv[2]`, script, "brood verify --dur")
		if strings.Contains(got, "durable") {
			t.Errorf("%q", got)
		}
	})
}

func TestBashScriptHasNothingToComplainOf(t *testing.T) {
	shellcheck, err := exec.LookPath("shellcheck")
	if err != nil {
		t.Skip("needs shellcheck: ", err)
	}
	_, script := completionOf(t, "bash")
	shellSays(t, shellcheck, "--shell=bash", script)
}
