package manual

import "strings"

const powershellBegin = `
Register-ArgumentCompleter -Native -CommandName 'NAME' -ScriptBlock {
	param($wordToComplete, $commandAst, $cursorPosition)
	$before = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
	$command = if ($before.Count -gt 1) { $before[1] } else { '' }
	$last = if ($before.Count -gt 2) { $before[-1] } else { '' }
	$rows = $values["$command $last"]
	if ($null -eq $rows -and $wordToComplete.StartsWith('-')) { $rows = $flags[$command] }
	if ($null -eq $rows) { $rows = $arguments[$command] }
	# Without a result PowerShell completes names of files.
	$rows | Where-Object { $_ -and $_[0].StartsWith($wordToComplete) } | ForEach-Object {
		[System.Management.Automation.CompletionResult]::new($_[0], $_[0], 'ParameterValue', $_[1])
	}
}.GetNewClosure()
`

// PowerShell is the script by which PowerShell completes the program's command lines.
func (p Program) PowerShell() string {
	var t text
	t.line("# %s for PowerShell", p.Name)
	t.table("flags", func() {
		t.row("", asEntries(p.Flags))
		for _, c := range p.Commands {
			t.row(c.Name, asEntries(c.offered()))
		}
	})
	t.table("values", func() {
		for _, c := range p.Commands {
			for _, f := range c.valued() {
				for _, name := range f.typed() {
					t.row(c.Name+" "+name, f.Takes.Words)
				}
			}
		}
	})
	t.table("arguments", func() {
		var commands []Entry
		for _, c := range p.Commands {
			commands = append(commands, Entry{c.Name, c.Usage})
		}
		t.row("", commands)
		for _, c := range p.Commands {
			for _, a := range c.Args[:min(1, len(c.Args))] {
				t.row(c.Name, a.Takes.Words)
			}
		}
	})
	t.WriteString(strings.ReplaceAll(powershellBegin, "NAME", p.Name))
	return t.String()
}

func (t *text) table(name string, rows func()) {
	t.line("$%s = @{", name)
	rows()
	t.line("}")
}

func (t *text) row(key string, entries []Entry) {
	if len(entries) == 0 {
		return
	}
	t.line("\t%s = @(", powershellQuoted(key))
	for _, e := range entries {
		said := e.Text
		if said == "" {
			said = e.Term // an empty one is an error
		}
		t.line("\t\t, @(%s, %s)", powershellQuoted(e.Term), powershellQuoted(said))
	}
	t.line("\t)")
}

// powershellQuoted doubles each of the quotes that PowerShell takes for one, curled ones too.
func powershellQuoted(s string) string {
	return "'" + strings.NewReplacer("'", "''", "‘", "‘‘", "’", "’’", "‚", "‚‚", "‛", "‛‛").Replace(s) + "'"
}
