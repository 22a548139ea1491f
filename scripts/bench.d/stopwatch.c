// stopwatch runs a command and adds a line with three numbers to FILE:
//
//	stopwatch [-peak] FILE COMMAND [ARGUMENT...]
//
//	seconds from its start to its end
//	seconds of CPU time of its process, without its children
//	peak memory of its process in KiB, without its children (with -peak; else 0)
//
// The exit status is that of COMMAND, or 128+n after signal n. wait4(2), and so hyperfine and GNU time, give the sums
// of a process and its children.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *what) {
	fprintf(stderr, "stopwatch: %s: %s\n", what, strerror(errno));
	exit(125);
}

static double now(clockid_t clock) {
	struct timespec t;
	if (clock_gettime(clock, &t) != 0)
		fail("clock_gettime");
	return t.tv_sec + t.tv_nsec / 1e9;
}

// start starts the command so that Ctrl-C interrupts it. A traced command stops at its exec.
static pid_t start(char **argv, int traced) {
	pid_t pid = fork();
	if (pid < 0)
		fail("fork");
	if (pid > 0)
		return pid;
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	if (!traced || ptrace(PTRACE_TRACEME, 0, 0, 0) == 0)
		execvp(argv[0], argv);
	fprintf(stderr, "stopwatch: %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

// memory returns the peak in proc_pid_status(5). The process must still have its memory.
static long memory(pid_t pid) {
	char path[64], line[256];
	long kib = 0;
	snprintf(path, sizeof path, "/proc/%d/status", pid);
	FILE *status = fopen(path, "r");
	if (!status)
		fail(path);
	while (fgets(line, sizeof line, status))
		sscanf(line, "VmHWM: %ld", &kib);
	fclose(status);
	return kib;
}

// resume continues a traced process. It returns the peak memory at the last stop, when the process still has its
// memory. Each signal stops a traced process, too, so its times mean nothing.
static long resume(pid_t pid, int stop) {
	long kib = 0;
	int signal = stop;
	if (stop == (SIGTRAP | PTRACE_EVENT_EXIT << 8)) {
		kib = memory(pid);
		signal = 0;
	} else if (stop == SIGTRAP) { // its exec
		if (ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACEEXIT) != 0)
			fail("ptrace");
		signal = 0;
	}
	if (ptrace(PTRACE_CONT, pid, 0, signal) != 0)
		fail("ptrace");
	return kib;
}

// ended waits until the process is a zombie. It does not reap it: the CPU clock of a zombie can still be read.
static siginfo_t ended(pid_t pid, int traced, long *peak) {
	siginfo_t what;
	for (;;) {
		if (waitid(P_PID, pid, &what, WEXITED | WNOWAIT | (traced ? WSTOPPED : 0)) != 0)
			fail("waitid");
		if (what.si_code != CLD_TRAPPED)
			return what;
		long kib = resume(pid, what.si_status);
		if (kib)
			*peak = kib;
	}
}

int main(int argc, char **argv) {
	int traced = argc > 1 && strcmp(argv[1], "-peak") == 0;
	char **command = argv + 2 + traced;
	if (argc < 3 + traced) {
		fprintf(stderr, "usage: stopwatch [-peak] FILE COMMAND [ARGUMENT...]\n");
		return 125;
	}
	signal(SIGINT, SIG_IGN); // COMMAND decides about its end
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);

	long peak = 0;
	clockid_t cpu;
	double begin = now(CLOCK_MONOTONIC);
	pid_t pid = start(command, traced);
	siginfo_t end = ended(pid, traced, &peak);
	double seconds = now(CLOCK_MONOTONIC) - begin;
	if (traced && peak == 0) {
		fprintf(stderr, "stopwatch: %s was not stopped before its end\n", command[0]);
		return 125;
	}
	if ((errno = clock_getcpuclockid(pid, &cpu)) != 0)
		fail("clock_getcpuclockid");
	FILE *file = fopen(command[-1], "a");
	if (!file || fprintf(file, "%.6f %.6f %ld\n", seconds, now(cpu), peak) < 0 || fclose(file) != 0)
		fail(command[-1]);
	return end.si_code == CLD_EXITED ? end.si_status : 128 + end.si_status;
}
