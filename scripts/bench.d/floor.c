// floor copies the files of a folder, each with its own process, and does nothing else. Its time is the least that
// this machine needs.
//
//	floor N SOURCE DEST     the parent: runs itself for each file in the folder SOURCE, N at once
//	floor FILE COPY         a child
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void fail(const char *what) {
	fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
	exit(1);
}

// copy copies like cp: the kernel moves the bytes. Between file systems, where it cannot, they go through a buffer.
static void copy(const char *file, const char *to) {
	static char buffer[256 << 10];
	struct stat info;
	int in = open(file, O_RDONLY | O_CLOEXEC);
	if (in < 0 || fstat(in, &info) != 0)
		fail(file);
	int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, info.st_mode & 0777);
	if (out < 0)
		fail(to);
	ssize_t n;
	while ((n = copy_file_range(in, NULL, out, NULL, 1 << 30, 0)) > 0)
		;
	if (n < 0 && errno != EXDEV && errno != EOPNOTSUPP)
		fail(to);
	while ((n = read(in, buffer, sizeof buffer)) > 0)
		for (ssize_t done = 0, m; done < n; done += m)
			if ((m = write(out, buffer + done, n - done)) < 0)
				fail(to);
	if (n < 0)
		fail(file);
	if (close(out) != 0)
		fail(to);
}

static void start(const char *file, const char *to) {
	pid_t pid;
	char *argv[] = {"floor", (char *)file, (char *)to, NULL};
	if ((errno = posix_spawn(&pid, "/proc/self/exe", NULL, NULL, argv, environ)) != 0)
		fail("posix_spawn");
}

// reap waits for any child, and returns whether it has failed.
static int reap(void) {
	int status;
	if (wait(&status) < 0)
		fail("wait");
	return status != 0;
}

int main(int argc, char **argv) {
	if (argc == 3) {
		copy(argv[1], argv[2]);
		return 0;
	}
	if (argc != 4) {
		fprintf(stderr, "usage: floor N SOURCE DEST\n");
		return 2;
	}
	int slots = atoi(argv[1]), running = 0, failed = 0;
	DIR *folder = opendir(argv[2]);
	if (!folder)
		fail(argv[2]);
	struct dirent *entry;
	while ((entry = readdir(folder))) {
		char file[4096], to[4096];
		if (entry->d_name[0] == '.')
			continue;
		snprintf(file, sizeof file, "%s/%s", argv[2], entry->d_name);
		snprintf(to, sizeof to, "%s/%s", argv[3], entry->d_name);
		if (running == slots) {
			failed |= reap();
			running--;
		}
		start(file, to);
		running++;
	}
	for (; running > 0; running--)
		failed |= reap();
	return failed;
}
