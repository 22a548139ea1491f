// Package slurmtest starts a real Slurm cluster of several nodes on this machine, for one test. It schedules, requeues
// and loses jobs like any other cluster, so no test needs the cluster of a site:
//
//	c := slurmtest.New(t, slurmtest.Options{Nodes: 2})
//	id := c.Run("sbatch", "--parsable", script)
//	c.Crash("n1")
//
// scripts/slurm runs the cluster. All nodes share every file below t.TempDir. If root runs the test, each node has its
// own process tree. For other users all nodes share the processes of this machine, and SLURMD_NODENAME tells a task
// its node. Without an installed Slurm the test is skipped.
package slurmtest
