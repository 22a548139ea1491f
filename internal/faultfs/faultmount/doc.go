// Command faultmount mounts a faultfs for a script:
//
//	faultmount [-cached] MOUNTED BENEATH [RULE...]
//
//	standard output ──▶ "mounted", and "met N" when the Nth RULE happens first
//	standard input  ◀── a line: all rules are removed; its end: it unmounts, and ends
//
// A RULE is a list as read,name=b.mov,from=65536,times=1,err=EIO: what faultfs.Rule
// has, in lower case. A script that dies closes the standard input, too.
package main
