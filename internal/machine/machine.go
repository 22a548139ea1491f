// Package machine reads from the system how busy the CPUs are, how much memory is free, and what holds a
// process up. It starts nothing and changes nothing.
//
//	n, err := machine.Load()       // 3: as many threads run or wait
//	s := machine.SleepOf(pid)      // {State: "D", Channel: "rpc_wait_bit_killable"}
//	t := machine.TurnsOf(pid)      // {Ran: 1.2s, Waited: 40ms, Runnable: true}
//
// Only Linux tells, in /proc. On other systems [Load] and [AvailableMemory] return errors that wrap
// errors.ErrUnsupported, and the functions for a process return the zero value. They return that for a process
// that is gone, too.
//
// A PID may pass to another process as soon as its process is reaped. For a child of this process use
// process.Inspect, which keeps the child from being reaped meanwhile.
package machine
