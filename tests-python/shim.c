/* Stands between a program and the C library, for tests: sets its clock, kills it at a step, or lets the
   disk be full. Loaded by LD_PRELOAD; what it does is said by the environment. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static atomic_long steps;

static long setting(const char *name) {
    const char *value = getenv(name);
    return value ? atol(value) : -1;
}

/* One step that changes what is on the disk. */
static void step(void) {
    long at = setting("SHIM_DIE_AT"), now = atomic_fetch_add(&steps, 1) + 1;
    if (at >= 0 && now >= at) kill(getpid(), SIGKILL);
}

static int is_full(void) {
    long at = setting("SHIM_FULL_AT");
    return at >= 0 && atomic_load(&steps) >= at;
}

__attribute__((destructor)) static void tell(void) {
    const char *file = getenv("SHIM_STEPS");
    if (!file) return;
    FILE *out = fopen(file, "w");
    if (out) {
        fprintf(out, "%ld\n", atomic_load(&steps));
        fclose(out);
    }
}

#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__); \
    if (!real) real = (type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

int clock_gettime(clockid_t id, struct timespec *at) {
    REAL(int, "clock_gettime", clockid_t, struct timespec *);
    int done = real(id, at);
    const char *shift = getenv("SHIM_CLOCK");
    if (done == 0 && id == CLOCK_REALTIME && shift) at->tv_sec += atol(shift);
    return done;
}

ssize_t write(int fd, const void *bytes, size_t count) {
    REAL(ssize_t, "write", int, const void *, size_t);
    if (fd > 2) {
        step();
        if (is_full()) {
            errno = ENOSPC;
            return -1;
        }
        /* Killed in the middle of a write, too. */
        long at = setting("SHIM_DIE_AT");
        if (at >= 0 && atomic_load(&steps) + 1 == at && count > 1) return real(fd, bytes, count / 2);
    }
    return real(fd, bytes, count);
}

/* Copies between files in the kernel: as if it could not, so that they go through `write`. */
ssize_t copy_file_range(int in, off64_t *from, int out, off64_t *to, size_t count, unsigned flags) {
    (void)in, (void)from, (void)out, (void)to, (void)count, (void)flags;
    errno = ENOSYS;
    return -1;
}

ssize_t sendfile64(int out, int in, off64_t *from, size_t count) {
    (void)out, (void)in, (void)from, (void)count;
    errno = ENOSYS;
    return -1;
}

ssize_t sendfile(int out, int in, off_t *from, size_t count) {
    (void)out, (void)in, (void)from, (void)count;
    errno = ENOSYS;
    return -1;
}

int rename(const char *from, const char *to) {
    REAL(int, "rename", const char *, const char *);
    step();
    return real(from, to);
}

int unlink(const char *path) {
    REAL(int, "unlink", const char *);
    step();
    return real(path);
}

int unlinkat(int folder, const char *path, int flags) {
    REAL(int, "unlinkat", int, const char *, int);
    step();
    return real(folder, path, flags);
}

int mkdir(const char *path, mode_t mode) {
    REAL(int, "mkdir", const char *, mode_t);
    step();
    return real(path, mode);
}

int fsync(int fd) {
    REAL(int, "fsync", int);
    step();
    return real(fd);
}

int fdatasync(int fd) {
    REAL(int, "fdatasync", int);
    step();
    return real(fd);
}
