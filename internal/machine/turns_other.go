//go:build !linux

package machine

func turnsOf(int) Turns { return Turns{} }

func glanceOf(int) Turns { return Turns{} }
