// Package slurmtest gives a test a real Slurm cluster of several nodes on this machine, for its
// length: jobs are scheduled, requeued and lost as on any other, and no test has to wait for a site's.
//
// It is scripts/slurm that runs the cluster. A file below t.TempDir is one that all nodes share.
// Run as root, each node has a process tree of its own; for others all nodes are this machine's, and a
// task's SLURMD_NODENAME tells which it is on. Where Slurm is not installed the test is skipped.
package slurmtest
