/*
 * Runs a program and writes what it cost to file descriptor 3, as one line of JSON: its wall clock time, the CPU time of
 * all its threads and its peak resident memory, as the kernel counted them (wait4). What the kernel counts includes the
 * moment before exec, which is why a small process starts the program, and not a large one.
 *
 *   measure PROGRAM [ARGUMENT...] 3>FILE
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static unsigned long long now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (unsigned long long)now.tv_sec * 1000000000u + (unsigned long long)now.tv_nsec;
}

static pid_t child;

static void pass_on(int number) {
  if (child > 0) kill(child, number);
}

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  unsigned long long started = now_ns();
  child = fork();
  if (child == 0) {
    close(3);
    execvp(argv[1], argv + 1);
    _exit(127);
  }
  if (child < 0) return 2;
  signal(SIGTERM, pass_on);
  int status = 0;
  struct rusage used;
  while (wait4(child, &status, 0, &used) < 0)
    if (errno != EINTR) return 2;
  unsigned long long ended = now_ns();
  int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  dprintf(3, "{\"startedNs\":\"%llu\",\"endedNs\":\"%llu\",\"userUs\":%lld,\"systemUs\":%lld,\"maxRssKb\":%ld}\n",
          started, ended, (long long)used.ru_utime.tv_sec * 1000000 + used.ru_utime.tv_usec,
          (long long)used.ru_stime.tv_sec * 1000000 + used.ru_stime.tv_usec, used.ru_maxrss);
  return code;
}
