// Package jobs lets another process change --jobs: how many children a parent runs at once.
//
//	parent:  shared, err := jobs.Share(4)
//	         for n := range shared.Changes() { … }            // in a select
//	anybody: number, err := jobs.Of(pid)
//	         before, err := number.Set(8)
//
// The number is in a file in memory that the parent alone has open. Its children do not inherit it, so a process that
// has such a file is a parent. Set wakes the parent by a signal, and the parent reads the file:
//
//	number.Set ── 1. writes ──▶ file ── 3. reads ──▶ Changes
//	     └─────── 2. SIGWINCH ──▶ parent ─┘
//
// SIGWINCH does no harm when it comes for another reason, such as a terminal with a new size: the number is then the
// same as before. A process that does not wait for this signal ignores it.
package jobs

import "errors"

// Numbers with a meaning of their own.
const (
	Unlimited = 0  // as many children as the system has room for
	Auto      = -1 // the parent looks for the fastest number; nobody can set this
)

// ErrNone is the error for a process that is no parent with such a number.
var ErrNone = errors.New("has no number of children to change")
