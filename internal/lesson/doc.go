// Package lesson gives the lessons: small programs on real processes. A lesson shows a program, asks
// for a prediction, runs the program, and takes the right answer from the kernel.
//
// A lesson has scenes. A scene runs one program as a process of its own (A), which starts the
// processes B, C … The code that the lesson shows is the code that runs. The Python programs are in
// python/, and run as they are shown.
//
//	stage ── starts ─▶ A ── starts ─▶ B …          all print to one pipe; the stage shows it
//	  ▲                │              │
//	  └── journal ◀────┴──────────────┘            a line for everything that a process does to its children
//
// All processes of a scene append to the journal, a file whose name they inherit in the environment.
// The stage reads the journal when no process holds the pipe any more. It tells the stage which
// process started, signalled, adopted and reaped which.
package lesson
