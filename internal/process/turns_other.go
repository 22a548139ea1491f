//go:build !linux

package process

func turnsOf(int) Turns { return Turns{} }

func glanceOf(int) Turns { return Turns{} }
