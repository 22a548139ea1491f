// Package umltest runs the tests of control groups: in the machine's own, or in a Linux of their own.
//
//	func TestControlGroups(t *testing.T) { umltest.Run(t, "^TestCgroup") }
//
//	func TestCgroupX(t *testing.T) { group := umltest.Group(t, user); … }
//
// The limit of memory needs control groups of version 2 with a memory controller. Many machines have that
// controller in version 1 still. Run boots a user-mode Linux (Debian's package of that name): a kernel that is an
// ordinary program, for any user, with the machine's root folder. The TestCgroup tests also run on any machine
// that gives them what they need. Elsewhere they skip themselves with "platform: …".
package umltest
