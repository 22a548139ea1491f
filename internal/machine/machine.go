// Package machine reads what the system tells of itself and of its processes: how busy the CPUs are, how
// much memory is free, and what holds a process up. It starts nothing and changes nothing.
//
//	n, err := machine.Load()       // 3: as many threads run or wait
//	s := machine.SleepOf(pid)      // {State: "D", Channel: "rpc_wait_bit_killable"}
//	t := machine.TurnsOf(pid)      // {Ran: 1.2s, Waited: 40ms, Runnable: true}
//
// Only Linux tells, in /proc. Elsewhere [Load] and [AvailableMemory] are errors that wrap
// errors.ErrUnsupported, and what is told of a process is the zero value, as it is for a process that is gone.
//
// A PID may pass to another process as soon as its process is reaped. For a child of this process use
// process.Inspect, which keeps the child from being reaped meanwhile.
package machine
