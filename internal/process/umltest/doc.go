// Package umltest runs tests of this binary under a Linux of their own, for what the
// machine's may not have: control groups of version 2 alone, with their memory controller.
//
// It is a user-mode Linux (Debian's package of that name): a kernel that is a program, for any
// user, whose root folder is the machine's. Those who run there are ordinary tests, and
// run on any machine that gives them what they need; elsewhere they skip themselves
// with "platform: …".
package umltest
