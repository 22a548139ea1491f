//go:build !linux

package machine

func turnsOf(int) Turns { return Turns{Alive: true} } // nobody knows

func glanceOf(pid int) Turns { return turnsOf(pid) }
