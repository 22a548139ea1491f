// Package lesson is what a teacher opens in class: small programs on real
// processes, a prediction asked for before they run, and the answer taken from
// the kernel.
//
// Each lesson has scenes; a scene runs one program as a process of its own (A),
// whose children are B, C …, as a reader of the model would write it. The code that
// is shown is the code that runs: the Python beside it is in python/, and runs too,
// where there is a Python to compare with.
//
//	stage ── starts ─▶ A ── starts ─▶ B …          they print to one pipe, which the stage shows
//	  ▲                │              │
//	  └── journal ◀────┴──────────────┘            what each did to its children, one line each
//
// The journal is a file that all processes of a scene append to, found by the
// environment that they inherit. The stage reads it at the end, when nobody holds the
// pipe any more, and knows from it who started, signalled, adopted and reaped whom.
package lesson
