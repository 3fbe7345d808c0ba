/* SPDX-License-Identifier: Apache-2.0 */

/*
 * preload - a disk that fails on order, a clock that goes wrong
 *
 *     LD_PRELOAD=tests/faults/.libs/preload.so
 *     MILLRACE_FAULT='write:ENOSPC:*out/a.ndjson:3:2;sync:EIO:*state.db*:1:-'
 *
 * Each rule is CALL:ERROR:PATH:FIRST:COUNT.
 *
 *     CALL   write (write, pwrite, writev, pwritev), read (pread), sync (fsync,
 *            fdatasync, syncfs), rename, truncate, open (only where it would
 *            create), link
 *     ERROR  ENOSPC, EIO, EDQUOT, or SHORT: a write of half of what was asked
 *     PATH   as fnmatch has it; of a rename, the old name or the new
 *     FIRST  the first such call that fails, from 1
 *     COUNT  how many do; "-" is all from there on
 *
 * MILLRACE_FAULT_AHEAD=SECONDS sets the clock of the day forward for whoever
 * reads it, and not for the kernel: as where it is set back right after that.
 *
 * While the file MILLRACE_FAULT_OFF exists nothing fails, so a test can end the
 * fault.  Every fault is told to the file MILLRACE_FAULT_LOG, so a test knows
 * that there was one.
 */

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
#define RULES_MAX 8

enum { SHORT_WRITE = -1 };

struct rule {
    char call[16];
    char path[256];
    int error; /* an errno, or SHORT_WRITE */
    long first;
    long count; /* -1: all from there on */
    atomic_long calls;
};

static struct rule rules[RULES_MAX];
static size_t rule_count;

static int
error_number(const char *name)
{
    if (strcmp(name, "ENOSPC") == 0)
        return ENOSPC;
    if (strcmp(name, "EDQUOT") == 0)
        return EDQUOT;
    if (strcmp(name, "SHORT") == 0)
        return SHORT_WRITE;
    return EIO;
}

static void
die(const char *text)
{
    fprintf(stderr, "preload: bad rule in MILLRACE_FAULT: %s\n", text);
    _exit(99);
}

static void
add_rule(const char *text)
{
    struct rule *rule = &rules[rule_count];
    char error[16];
    char count[16];

    if (rule_count == RULES_MAX
        || sscanf(text, "%15[^:]:%15[^:]:%255[^:]:%ld:%15s", rule->call, error,
                  rule->path, &rule->first, count)
               != 5)
        die(text);
    rule->error = error_number(error);
    rule->count = strcmp(count, "-") == 0 ? -1 : strtol(count, NULL, 10);
    rule_count++;
}

__attribute__((constructor)) static void
read_rules(void)
{
    const char *all = getenv("MILLRACE_FAULT");
    char *copy = all ? strdup(all) : NULL;
    char *rest = copy;

    for (char *text; rest && (text = strsep(&rest, ";"));)
        if (*text)
            add_rule(text);
    free(copy);
}

/* Not through write(), which is ours. */
static void
tell(const struct rule *rule, const char *path)
{
    const char *log = getenv("MILLRACE_FAULT_LOG");
    char line[PATH_MAX + 64];
    int fd = log ? (int)syscall(SYS_openat, AT_FDCWD, log,
                                O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666)
                 : -1;
    int len = snprintf(line, sizeof(line), "%s %d %s\n", rule->call,
                       rule->error, path);

    if (fd < 0)
        return;
    syscall(SYS_write, fd, line, (size_t)len);
    syscall(SYS_close, fd);
}

static bool
is_off(void)
{
    const char *file = getenv("MILLRACE_FAULT_OFF");

    return file && access(file, F_OK) == 0;
}

/* What CALL on PATH is to fail with; 0: with nothing. */
static int
fault(const char *call, const char *path)
{
    for (size_t i = 0; i < rule_count; i++) {
        struct rule *rule = &rules[i];

        if (strcmp(rule->call, call) != 0 || fnmatch(rule->path, path, 0) != 0)
            continue;

        long nth = atomic_fetch_add(&rule->calls, 1) + 1;

        if (nth < rule->first
            || (rule->count >= 0 && nth >= rule->first + rule->count)
            || is_off())
            continue;
        tell(rule, path);
        return rule->error;
    }
    return 0;
}

static int
fault_of_fd(const char *call, int fd)
{
    char link[64];
    char path[PATH_MAX];
    int error = errno;

    if (rule_count == 0)
        return 0;
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);

    ssize_t len = readlink(link, path, sizeof(path) - 1);

    errno = error;
    if (len < 0)
        return 0;
    path[len] = '\0';
    return fault(call, path);
}

static int
refuse(int error)
{
    errno = error;
    return -1;
}

/* The libc's own function of that name. */
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static size_t
half(size_t len)
{
    return len > 1 ? len / 2 : len;
}

EXPORT ssize_t
write(int fd, const void *data, size_t len)
{
    int error = fault_of_fd("write", fd);

    if (error > 0)
        return refuse(error);
    return NEXT(write)(fd, data, error == SHORT_WRITE ? half(len) : len);
}

EXPORT ssize_t
pwrite(int fd, const void *data, size_t len, off_t at)
{
    int error = fault_of_fd("write", fd);

    if (error > 0)
        return refuse(error);
    return NEXT(pwrite)(fd, data, error == SHORT_WRITE ? half(len) : len, at);
}

EXPORT ssize_t
pwrite64(int fd, const void *data, size_t len, off64_t at)
{
    int error = fault_of_fd("write", fd);

    if (error > 0)
        return refuse(error);
    return NEXT(pwrite64)(fd, data, error == SHORT_WRITE ? half(len) : len, at);
}

EXPORT ssize_t
pread(int fd, void *data, size_t len, off_t at)
{
    int error = fault_of_fd("read", fd);

    return error > 0 ? refuse(error) : NEXT(pread)(fd, data, len, at);
}

EXPORT ssize_t
pread64(int fd, void *data, size_t len, off64_t at)
{
    int error = fault_of_fd("read", fd);

    return error > 0 ? refuse(error) : NEXT(pread64)(fd, data, len, at);
}

EXPORT ssize_t
writev(int fd, const struct iovec *parts, int count)
{
    int error = fault_of_fd("write", fd);

    if (error > 0)
        return refuse(error);
    if (error == SHORT_WRITE)
        return NEXT(write)(fd, parts[0].iov_base, half(parts[0].iov_len));
    return NEXT(writev)(fd, parts, count);
}

EXPORT ssize_t
pwritev(int fd, const struct iovec *parts, int count, off_t at)
{
    int error = fault_of_fd("write", fd);

    if (error > 0)
        return refuse(error);
    if (error == SHORT_WRITE)
        return NEXT(pwrite)(fd, parts[0].iov_base, half(parts[0].iov_len), at);
    return NEXT(pwritev)(fd, parts, count, at);
}

EXPORT int
fsync(int fd)
{
    int error = fault_of_fd("sync", fd);

    return error > 0 ? refuse(error) : NEXT(fsync)(fd);
}

EXPORT int
fdatasync(int fd)
{
    int error = fault_of_fd("sync", fd);

    return error > 0 ? refuse(error) : NEXT(fdatasync)(fd);
}

EXPORT int
syncfs(int fd)
{
    int error = fault_of_fd("sync", fd);

    return error > 0 ? refuse(error) : NEXT(syncfs)(fd);
}

EXPORT int
ftruncate(int fd, off_t len)
{
    int error = fault_of_fd("truncate", fd);

    return error > 0 ? refuse(error) : NEXT(ftruncate)(fd, len);
}

EXPORT int
ftruncate64(int fd, off64_t len)
{
    int error = fault_of_fd("truncate", fd);

    return error > 0 ? refuse(error) : NEXT(ftruncate64)(fd, len);
}

/* The absolute path of NAME as openat() and its kin take it, near enough for a
 * pattern: links in it stay. */
static const char *
absolute(int dir, const char *name, char *room, size_t size)
{
    char link[64];
    char base[PATH_MAX];

    if (name[0] == '/')
        return name;
    if (dir == AT_FDCWD)
        snprintf(link, sizeof(link), "/proc/self/cwd");
    else
        snprintf(link, sizeof(link), "/proc/self/fd/%d", dir);

    ssize_t len = readlink(link, base, sizeof(base) - 1);

    if (len < 0)
        return name;
    snprintf(room, size, "%.*s/%s", (int)len, base, name);
    return room;
}

static int
fault_of_names(const char *call, int from_dir, const char *from, int to_dir,
               const char *to)
{
    char room[2 * PATH_MAX];
    int error = fault(call, absolute(from_dir, from, room, sizeof(room)));

    if (error == 0)
        error = fault(call, absolute(to_dir, to, room, sizeof(room)));
    return error > 0 ? error : 0;
}

EXPORT int
rename(const char *from, const char *to)
{
    int error = fault_of_names("rename", AT_FDCWD, from, AT_FDCWD, to);

    return error ? refuse(error) : NEXT(rename)(from, to);
}

EXPORT int
renameat(int from_dir, const char *from, int to_dir, const char *to)
{
    int error = fault_of_names("rename", from_dir, from, to_dir, to);

    return error ? refuse(error) : NEXT(renameat)(from_dir, from, to_dir, to);
}

EXPORT int
renameat2(int from_dir, const char *from, int to_dir, const char *to,
          unsigned flags)
{
    int error = fault_of_names("rename", from_dir, from, to_dir, to);

    return error ? refuse(error)
                 : NEXT(renameat2)(from_dir, from, to_dir, to, flags);
}

EXPORT int
link(const char *from, const char *to)
{
    int error = fault_of_names("link", AT_FDCWD, from, AT_FDCWD, to);

    return error ? refuse(error) : NEXT(link)(from, to);
}

EXPORT int
linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
    int error = fault_of_names("link", from_dir, from, to_dir, to);

    return error ? refuse(error)
                 : NEXT(linkat)(from_dir, from, to_dir, to, flags);
}

/* Only an open that would make the file can find the disk full. */
static int
fault_of_open(int dir, const char *name, int flags)
{
    char room[2 * PATH_MAX];

    if (rule_count == 0 || !(flags & O_CREAT)
        || faccessat(dir, name, F_OK, 0) == 0)
        return 0;

    int error = fault("open", absolute(dir, name, room, sizeof(room)));

    return error > 0 ? error : 0;
}

static mode_t
mode_of(int flags, va_list args)
{
    return (flags & (O_CREAT | O_TMPFILE)) ? va_arg(args, mode_t) : 0;
}

#define OPEN(name)                                                             \
    EXPORT int name(const char *path, int flags, ...)                          \
    {                                                                          \
        va_list args;                                                          \
        va_start(args, flags);                                                 \
        mode_t mode = mode_of(flags, args);                                    \
        va_end(args);                                                          \
        int error = fault_of_open(AT_FDCWD, path, flags);                      \
        return error ? refuse(error) : NEXT(name)(path, flags, mode);          \
    }

#define OPENAT(name)                                                           \
    EXPORT int name(int dir, const char *path, int flags, ...)                 \
    {                                                                          \
        va_list args;                                                          \
        va_start(args, flags);                                                 \
        mode_t mode = mode_of(flags, args);                                    \
        va_end(args);                                                          \
        int error = fault_of_open(dir, path, flags);                           \
        return error ? refuse(error) : NEXT(name)(dir, path, flags, mode);     \
    }

OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

EXPORT int
clock_gettime(clockid_t clock, struct timespec *now)
{
    const char *ahead = getenv("MILLRACE_FAULT_AHEAD");

    if (syscall(SYS_clock_gettime, clock, now) != 0)
        return -1;
    if (ahead && clock == CLOCK_REALTIME)
        now->tv_sec += strtol(ahead, NULL, 10);
    return 0;
}
