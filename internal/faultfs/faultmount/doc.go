// Command faultmount mounts a faultfs for a script:
//
//	faultmount [-cached] MOUNTED BENEATH [RULE...]
//
//	standard output ──▶ "mounted", and "met N" when the fault of the Nth RULE happens for the first time
//	standard input  ◀── a line removes all rules; the end of input unmounts, and ends the command
//
// A RULE is a list of the fields of faultfs.Rule in lower case: read,name=b.mov,from=65536,times=1,err=EIO.
// If the script dies, its end of the standard input closes, and the command unmounts.
package main
