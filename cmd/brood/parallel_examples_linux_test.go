package main

// The examples are from parallel_tutorial(7), parallel_examples(7) and parallel(1), some with changes.

// parallelInputs are examples of where items come from.
func parallelInputs() []example {
	return []example{
		{theirs: `parallel echo ::: A B C`},
		{theirs: `parallel -k -a abc-file echo`},
		{theirs: `cat abc-file | parallel echo`},
		{theirs: `cat abc-file | parallel -k -a - -a def-file echo`},
		{theirs: `parallel -k echo ::: A B C :::: def-file`},
		{theirs: `parallel --link -k echo ::: A B C D E ::: F G`},
		{theirs: `parallel -k echo :::: abc-file :::+ G H I :::: def-file`},
		{theirs: `parallel -k echo :::: abc-file ::: G H I ::::+ def-file`},
		{theirs: `parallel -k echo ::: A B C D E :::+ F G`},
		{theirs: `parallel -k -d _ echo :::: abc_-file`},
		{theirs: `parallel -k -d '\0' echo :::: abc0-file`},
		{theirs: `parallel -k -0 echo :::: abc0-file`},
		{theirs: `parallel -k --colsep '\t' echo 1={1} 2={2} :::: tsv-file.tsv`},
		{
			theirs: `parallel -k --header : --colsep '\t' echo f1={f1} f2={f2} :::: tsv-file.tsv`,
			brood:  `brood run -k --header --colsep '\t' echo f1={f1} f2={f2} :::: tsv-file.tsv`,
		},
		{
			theirs: `parallel -k --header : echo {colour} {size} ::: colour red green ::: size S M L`,
			brood:  `brood run -k --header echo {colour} {size} ::: colour red green ::: size S M L`,
		},
		{theirs: `(echo 1; echo; echo 2) | parallel -k echo`},
		{
			theirs: `(echo 1; echo; echo 2) | parallel -k -r echo`,
			brood:  `(echo 1; echo; echo 2) | grep . | brood run -k echo`,
		},
		{theirs: `parallel echo </dev/null && echo nothing`},
		{theirs: `printf '%s\n' 'one two' "it's" '"' '$HOME' '*' 'back\slash' 'naïve 文件' | parallel -k echo`},
		{theirs: `printf 'a\nb\0 c \0' | parallel -k -0 echo pre-{}-post`},
		{theirs: `head -c 50000 /dev/zero | tr '\0' x | parallel -j1 echo`},
		{
			theirs:  `head -c 100000 /dev/zero | tr '\0' x | parallel -j1 echo | wc -c`,
			differs: "parallel takes no command line above half of the longest argument",
			want:    "succeeds: 100001\n", help: "| a long item |",
		},
		{
			theirs: `parallel -j1 -d , echo ::: a,b`, differs: "arguments are items already",
			want: "succeeds: a,b\n", help: "| `-d ,` with `:::` |",
		},
		{
			theirs:  `printf ' a , b\n' | parallel -j1 --colsep , echo '[{1}]'`,
			differs: "brood changes no item", want: "succeeds: [ a ]\n", help: "| `--colsep` |",
		},
	}
}

// parallelCommands are examples of how a command is built from items.
func parallelCommands() []example {
	return []example{
		{theirs: `parallel -k echo {} {.} {/} {//} {/.} ::: A/B.C d.e/f .x`},
		{theirs: `parallel -k echo {#} {} ::: A B C`},
		{theirs: `parallel -j1 echo {%} ::: A B C`},
		{theirs: `parallel -k echo /={1/} //={1//} /.={1/.} .={1.} ::: A/B.C D/E.F`},
		{theirs: `parallel -k echo 1={1} 2={2.} 3={3} -1={-1} -2={-2} -3={-3} ::: A B ::: C.c D ::: E F`},
		{theirs: `parallel -k -n3 echo ::: A B C D E F G H`},
		{
			theirs: `parallel -k -N3 echo 1={1} 2={2} 3={3} ::: A B C D E F G H`,
			brood:  `brood run -k -n3 echo 1={1} 2={2} 3={3} ::: A B C D E F G H`,
		},
		{theirs: `parallel -N0 echo foo ::: 1 2 3`, brood: `brood run sh -c 'echo foo' ::: 1 2 3`},
		{theirs: `parallel -j1 -X echo pre-{}-post ::: A B C D E F G`},
		{theirs: `seq 30000 | parallel -j1 -X echo | wc -w`},
		{
			theirs: `parallel -j4 -X echo pre-{}-post ::: A B C D`, differs: "brood does not know how many items come",
			want: "succeeds: pre-A-post pre-B-post pre-C-post pre-D-post\n", help: "`-X` | `-X`",
		},
		{
			theirs: `parallel -j1 -m echo pre-{}-post ::: A B C`, brood: `brood run -j1 -X echo pre-{}-post ::: A B C`,
			differs: "a word with {} is repeated",
			want:    "succeeds: pre-A-post pre-B-post pre-C-post\n", help: "`-m`",
		},
		{
			theirs:  `parallel -j1 -n2 echo pre-{}-post ::: A B C`,
			differs: "a word with {} is repeated",
			want:    "succeeds: pre-A-post pre-B-post\npre-C-post\n", help: "| `-n2 x{}` |",
		},
		{
			theirs: `parallel -k ::: 'echo foo' 'echo bar | tr a-z A-Z'`,
			brood:  `brood run -k sh -c ::: 'echo foo' 'echo bar | tr a-z A-Z'`,
		},
		{
			theirs: `parallel -q perl -e 'print "@ARGV\n"' ::: This works`,
			brood:  `brood run perl -e 'print "@ARGV\n"' ::: This works`,
		},
		{
			theirs: `parallel -k 'echo {} >{.}.out; cat {.}.out' ::: a.x "it's" '$b; exit 3'`,
			brood:  `brood run -k --shell 'echo {} >{.}.out; cat {.}.out' ::: a.x "it's" '$b; exit 3'`,
		},
		{
			theirs: `ls | parallel 'mv {} "$(echo {} | tr "[:lower:]" "[:upper:]")"'; ls`,
			brood:  `ls | brood run --shell 'mv {} "$(echo {} | tr "[:lower:]" "[:upper:]")"'; ls`,
		},
		{
			theirs: `parallel -k [ -f {1}-{2} ] "||" echo {1}-{2} does not exist ::: abc xyz ::: file dir`,
			brood:  `brood run -k --shell '[ -f {1}-{2} ] || echo {1}-{2} does not exist' ::: abc xyz ::: file dir`,
		},
		{
			theirs: `parallel -j1 'echo {1} "{2}"' ::: a ::: b`, brood: `brood run -j1 --shell 'echo {1} "{2}"' ::: a ::: b`,
			differs: "a quoted item within quotes can have too few quotes, or too many",
			want:    "fails: ", help: "A placeholder inside quotes is an error",
		},
		{
			theirs: `parallel -j1 'echo a{3}' ::: a ::: b`, brood: `brood run -j1 echo 'a{3}' ::: a ::: b`,
			differs: "no item has a third value", want: "fails: ", help: "`{3}` is an error",
		},
		{theirs: `ls *-file | perl -pe 'print; s/file/copy/' | parallel -n2 cp {1} {2}; ls`},
		{
			theirs: `parallel -k --dry-run 'echo {} | wc -c' ::: 'a b' "it's" | sh`,
			brood:  `brood run -k --dry-run --shell 'echo {} | wc -c' ::: 'a b' "it's" | sh`,
		},
		{
			theirs: `parallel -j1 'echo $PARALLEL_SEQ $PARALLEL_JOBSLOT' {} ::: a b`,
			brood:  `brood run -j1 --shell 'echo $BROOD_SEQ $BROOD_SLOT' {} ::: a b`,
		},
	}
}

// parallelOutputs are examples of what becomes of output.
func parallelOutputs() []example {
	return []example{
		{theirs: `parallel -k --tag echo foo-{} ::: A 'B C'`},
		{theirs: `parallel -k --tagstring '{2}-{1}' echo ::: a b ::: 1 2`},
		{
			theirs: `parallel -k --tag 'echo {}; echo {} >&2' ::: a b 2>&1`,
			brood:  `brood run -k --tag --shell 'echo {}; echo {} >&2' ::: a b 2>&1`,
		},
		{ // The first command ends after the second.
			theirs: `parallel -j2 -k 'test {} = 1 || >made; until [ -e made ]; do sleep .1; done; echo {}; echo {}' ::: 1 2`,
			brood: `brood run -j2 -k --shell 'test {} = 1 || >made; until [ -e made ]; do sleep .1; done; echo {}; echo {}'` +
				` ::: 1 2`,
		},
		{
			theirs:  `parallel -j1 --line-buffer 'printf {}-; echo end; printf last' ::: 1 2`,
			brood:   `brood run -j1 --line-buffer --shell 'printf {}-; echo end; printf last' ::: 1 2`,
			differs: "brood mixes no lines", want: "succeeds: 1-end\nlast\n2-end\nlast", help: "| a last line",
		},
		{theirs: `parallel -j1 -u echo ::: a b`},
		{
			theirs: `parallel -j1 --results out echo ::: A B; cat out/*/*/stdout`,
			brood:  `brood run -j1 --results out echo ::: A B >all; cat out/*/stdout`,
		},
		{
			theirs:  `parallel --results out echo ::: A; find out -type f`,
			differs: "the numbers sort, and two equal items have a folder each",
			want:    "succeeds: A\nout/000001-A/item.json\nout/000001-A/stderr\nout/000001-A/stdout\n",
			help:    "| `--results DIR` |",
		},
		{
			theirs: `parallel -j1 --joblog log 'exit {}' ::: 1 0; head -n1 log; cut -f1,5-8 log`,
			brood:  `brood run -j1 --joblog log --shell 'exit {}' ::: 1 0; head -n1 log; cut -f1,5-8 log`,
		},
		{
			theirs: `parallel -j1 --joblog log 'kill -9 $$; :' ::: 1; cut -f7,8 log`,
			brood:  `brood run -j1 --joblog log --shell 'kill -9 $$; :' ::: 1; cut -f7,8 log`,
		},
		{
			theirs:  `parallel -j1 --joblog log 'echo {}' ::: 1 >out; cut -f6,9 log`,
			brood:   `brood run -j1 --joblog log --shell 'echo {}' ::: 1 >out; cut -f6,9 log`,
			differs: "brood does not count output, and shows the shell",
			want:    "succeeds: Receive\tCommand\n0\tsh -c 'echo '\\''1'\\'''\n", help: "| `--joblog` |",
		},
	}
}

// parallelEnds are examples of failures, and of what comes after them.
func parallelEnds() []example {
	return []example{
		{theirs: `parallel false ::: 1`},
		{theirs: `parallel no-such-command ::: 1`},
		{
			theirs: `parallel exit ::: 0 1 2; echo $?`, brood: `brood run --shell exit ::: 0 1 2; echo $?`,
			differs: "the number of failures does not fit into a status", want: "succeeds: 1\n",
			help: "returns the number of failed commands",
		},
		{
			theirs: `seq 3 | parallel -j1 'cat; echo {}'`, brood: `seq 3 | brood run -j1 --shell 'cat; echo {}'`,
		},
		{
			theirs: `parallel -j1 --halt now,fail=1 'echo {}; exit {}' ::: 0 0 1 2 3`,
			brood:  `brood run -j1 --halt now,fail=1 --shell 'echo {}; exit {}' ::: 0 0 1 2 3`,
		},
		{
			theirs: `parallel -j1 --halt soon,fail=2 'echo {}; exit {}' ::: 0 1 2 3`,
			brood:  `brood run -j1 --halt soon,fail=2 --shell 'echo {}; exit {}' ::: 0 1 2 3`,
		},
		{
			theirs: `parallel -j1 --halt soon,fail=20% 'echo {}; exit {}' ::: 1 2 3`,
			brood:  `brood run -j1 --halt soon,fail=20% --shell 'echo {}; exit {}' ::: 1 2 3`,
		},
		{
			theirs: `parallel -k --retries 2 'echo tried {} >>runs; echo completed {}; exit {}' ::: 1 0; sort runs`,
			brood:  `brood run -k --retries 1 --shell 'echo tried {} >>runs; echo completed {}; exit {}' ::: 1 0; sort runs`,
		},
		{
			theirs: `parallel --timeout 1 'echo begun; sleep 1000; echo {}' ::: 1; echo $?`,
			brood:  `brood run --timeout 1s --shell 'echo begun; sleep 1000; echo {}' ::: 1; echo $?`,
		},
		{
			theirs:  `for i in 1 2; do parallel -j1 --joblog log --resume 'echo {}; exit {}' ::: 0 3 $i; done`,
			brood:   `for i in 1 2; do brood run -j1 --joblog log --resume log --shell 'echo {}; exit {}' ::: 0 3 $i; done`,
			differs: "parallel counts, brood compares the commands", want: "fails: 0\n3\n1\n2\n",
			help: "| `--resume --joblog FILE` |",
		},
		{
			theirs: `for i in 1 2; do parallel -j1 --joblog log --resume-failed 'echo {}; exit {}' ::: 0 3; done`,
			brood: `for i in 1 2; do brood run -j1 --joblog log --resume-failed log --shell 'echo {}; exit {}' ::: 0 3;` +
				` done`,
		},
		{ // Each reads the joblog of the other.
			theirs: `brood run -j1 --joblog log --shell 'exit {}' ::: 0 3; parallel --retry-failed --joblog log; cut -f7 log`,
			brood: `brood run -j1 --joblog log --shell 'exit {}' ::: 0 3;` +
				` brood run --joblog log --resume-failed log --shell 'exit {}' ::: 0 3; cut -f7 log`,
		},
		{
			theirs: `parallel --joblog log echo ::: A B >out; parallel --joblog log --resume echo ::: A B C`,
			brood:  `parallel --joblog log echo ::: A B >out; brood run --resume log echo ::: A B C`,
		},
	}
}

// xargsExamples are what xargs and brood have in common, and not.
func xargsExamples() []example {
	return []example{
		{theirs: `printf '%s\0' 'a b' "it's" | xargs -0 -n1 echo`, brood: `printf '%s\0' 'a b' "it's" | brood run -0 echo`},
		{theirs: `cat abc-file | xargs -P4 -I{} echo pre-{}`, brood: `cat abc-file | brood run -j4 echo pre-{}`},
		{theirs: `xargs -a abc-file -n2 echo`, brood: `brood run -a abc-file -n2 echo`},
		{theirs: `cat abc-file | xargs echo x`, brood: `cat abc-file | brood run -X echo x`},
		{theirs: `xargs -r echo </dev/null; echo $?`, brood: `brood run echo </dev/null; echo $?`},
		{theirs: `xargs -n1 sh -c 'exit 3' <abc-file; echo $?`, brood: `brood run sh -c 'exit 3' <abc-file; echo $?`,
			differs: "1 is what most programs return", want: "succeeds: 1\n", help: "and xargs 123 to 127"},
		{theirs: `echo a 'b c' | xargs -n1 echo`, brood: `echo a 'b c' | brood run echo`,
			differs: "names may have blanks", want: "succeeds: a b c\n", help: "| blanks and quotes |"},
	}
}
