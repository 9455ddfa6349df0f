// Preloaded (LD_PRELOAD): file systems that hang. A system call for a path with one of these marks in it does not return until
// the file that HANGING_FILES_UNTIL names is there; without that variable, never.
//
//   hang-open   open        hang-data   open, from the second time on (a scan opens a file once)
//   hang-stat   statx       hang-list   opendir       hang-read   pread and preadv behind the first mebibyte
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static void hang(void) {
  const char *until = getenv("HANGING_FILES_UNTIL");
  while (until == NULL || access(until, F_OK) != 0) usleep(10000);
}

static int has(const char *path, const char *mark) { return path != NULL && strstr(path, mark) != NULL; }

/** By the last characters of their paths. */
static char seen[64][128];
static int is_seen(const char *path) {
  size_t length = strlen(path);
  const char *tail = length < 127 ? path : path + length - 127;
  for (int i = 0; i < 64; i++) {
    if (seen[i][0] == 0) {
      strcpy(seen[i], tail);
      return 0;
    }
    if (strcmp(seen[i], tail) == 0) return 1;
  }
  return 0;
}

static void opening(const char *path) {
  if (has(path, "hang-open") || (has(path, "hang-data") && is_seen(path))) hang();
}

static void reading(int descriptor, off64_t offset) {
  char link[64], path[4096];
  if (offset < 1048576) return;
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return;
  path[length] = 0;
  if (has(path, "hang-read")) hang();
}

#define NEXT(name) static __typeof__(&name) next; if (next == NULL) next = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

int open(const char *path, int flags, ...) {
  NEXT(open);
  va_list rest; va_start(rest, flags); mode_t mode = va_arg(rest, mode_t); va_end(rest);
  opening(path);
  return next(path, flags, mode);
}
int open64(const char *path, int flags, ...) {
  NEXT(open64);
  va_list rest; va_start(rest, flags); mode_t mode = va_arg(rest, mode_t); va_end(rest);
  opening(path);
  return next(path, flags, mode);
}
/** Node calls statx in this way. */
long syscall(long number, ...) {
  NEXT(syscall);
  long a[6];
  va_list rest; va_start(rest, number);
  for (int i = 0; i < 6; i++) a[i] = va_arg(rest, long);
  va_end(rest);
  if (number == SYS_statx && has((const char *)a[1], "hang-stat")) hang();
  return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
DIR *opendir(const char *path) {
  NEXT(opendir);
  if (has(path, "hang-list")) hang();
  return next(path);
}
ssize_t pread64(int descriptor, void *to, size_t length, off64_t offset) {
  NEXT(pread64);
  reading(descriptor, offset);
  return next(descriptor, to, length, offset);
}
ssize_t preadv64(int descriptor, const struct iovec *to, int count, off64_t offset) {
  NEXT(preadv64);
  reading(descriptor, offset);
  return next(descriptor, to, count, offset);
}
