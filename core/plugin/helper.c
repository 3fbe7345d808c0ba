/* SPDX-License-Identifier: Apache-2.0 */

/* helper - see the header */

#include "plugin/helper.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* What the helper sends when it got through; smaller than PIPE_BUF. */
struct report {
    bool fit;
    struct reason why;
};

enum { REPORT, OUTPUT, ERRORS, STREAMS };

/* The first bytes of a stream; the rest is read and dropped, so that a writer
 * never waits. */
struct capture {
    char data[4096];
    size_t len;
};

struct watch {
    pid_t pid;
    bool reaped;
    int status; /* once reaped */
    int write_ends[STREAMS];
    struct pollfd streams[STREAMS];
    struct capture captures[STREAMS];
};

static int64_t
now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void
watch_finish(struct watch *watch)
{
    for (int i = 0; i < STREAMS; i++) {
        close_fd(&watch->write_ends[i]);
        close_fd(&watch->streams[i].fd);
    }
}

/* False: errno says why, and nothing is open. */
static bool
watch_init(struct watch *watch)
{
    memset(watch, 0, sizeof(*watch));
    for (int i = 0; i < STREAMS; i++) {
        watch->write_ends[i] = -1;
        watch->streams[i] = (struct pollfd){ .fd = -1, .events = POLLIN };
    }
    for (int i = 0; i < STREAMS; i++) {
        int ends[2];

        if (pipe2(ends, O_CLOEXEC) != 0) {
            int error = errno;

            watch_finish(watch);
            errno = error;
            return false;
        }
        watch->streams[i].fd = ends[0];
        watch->write_ends[i] = ends[1];
        fcntl(ends[0], F_SETFL, O_NONBLOCK);
    }
    return true;
}

/* ---- in the helper -------------------------------------------------------
 */

/* So that a crash is a crash: nothing of ours, or of a sanitizer, catches it.
 */
static void
forget_handlers(void)
{
    sigset_t none;

    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void
take_streams(struct watch *watch)
{
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);

    if (nothing >= 0)
        dup2(nothing, STDIN_FILENO);
    dup2(watch->write_ends[OUTPUT], STDOUT_FILENO);
    dup2(watch->write_ends[ERRORS], STDERR_FILENO);
}

_Noreturn static void
serve(struct watch *watch, bool (*check)(void *, struct reason *), void *data)
{
    struct report report = { .fit = false };
    const struct rlimit no_core = { 0, 0 };

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    forget_handlers();
    setrlimit(RLIMIT_CORE, &no_core);
    take_streams(watch);

    report.fit = check(data, &report.why);
    fflush(stdout);
    fflush(stderr);
    _exit(write(watch->write_ends[REPORT], &report, sizeof(report))
                  == (ssize_t)sizeof(report)
              ? 0
              : 1);
}

/* ---- in the parent -------------------------------------------------------
 */

static void
capture_add(struct capture *capture, const char *data, size_t len)
{
    size_t room = sizeof(capture->data) - capture->len;

    if (len > room)
        len = room;
    memcpy(capture->data + capture->len, data, len);
    capture->len += len;
}

static void
drain(struct watch *watch, int i)
{
    char chunk[4096];
    ssize_t len;

    while (watch->streams[i].fd >= 0) {
        len = read(watch->streams[i].fd, chunk, sizeof(chunk));
        if (len > 0)
            capture_add(&watch->captures[i], chunk, (size_t)len);
        else if (len == 0)
            close_fd(&watch->streams[i].fd);
        else if (errno != EINTR)
            return; /* EAGAIN: later */
    }
}

static bool
has_report(const struct watch *watch)
{
    return watch->captures[REPORT].len >= sizeof(struct report);
}

/* Takes the helper's status once it has ended; HOW is WNOHANG or 0. */
static bool
reap(struct watch *watch, int how)
{
    pid_t pid;

    do
        pid = waitpid(watch->pid, &watch->status, how);
    while (pid < 0 && errno == EINTR);
    if (pid != 0)
        watch->reaped = true;
    return watch->reaped;
}

/* False: the time is over. */
static bool
watch_helper(struct watch *watch, int seconds)
{
    int64_t end = now_ms() + (int64_t)seconds * 1000;

    while (!has_report(watch) && !reap(watch, WNOHANG)) {
        int64_t left = end - now_ms();
        /* With its streams closed it is about to end, or has left a child
         * behind that holds them open: look again soon. */
        int64_t most = watch->streams[REPORT].fd < 0 ? 5 : 100;

        if (left <= 0)
            return false;
        poll(watch->streams, STREAMS, (int)(left < most ? left : most));
        for (int i = 0; i < STREAMS; i++)
            drain(watch, i);
    }
    return true;
}

/* The first line with a letter in it, made fit to be shown. */
static void
first_line(const struct capture *capture, char *to, size_t room)
{
    size_t at = 0;
    size_t len = 0;
    bool letters = false;

    for (; at < capture->len && !(letters && capture->data[at] == '\n'); at++) {
        unsigned char byte = (unsigned char)capture->data[at];

        if (byte == '\n') {
            len = 0;
            continue;
        }
        letters = letters || isalpha(byte);
        if (len + 1 < room)
            to[len++] = (char)(byte < ' ' || byte == 127 ? '?' : byte);
    }
    to[len] = '\0';
    if (!letters && capture->len > 0)
        snprintf(to, room, "%zu bytes without a letter", capture->len);
}

static enum helper_end
conclude(struct helper *helper, struct watch *watch, bool in_time)
{
    struct report report;

    first_line(&watch->captures[OUTPUT], helper->output,
               sizeof(helper->output));
    first_line(&watch->captures[ERRORS], helper->errors,
               sizeof(helper->errors));
    if (has_report(watch)) {
        memcpy(&report, watch->captures[REPORT].data, sizeof(report));
        helper->why = report.why;
        return report.fit ? HELPER_FIT : HELPER_UNFIT;
    }
    if (!in_time)
        return HELPER_HANG;
    if (WIFSIGNALED(watch->status)) {
        helper->code = WTERMSIG(watch->status);
        return HELPER_SIGNAL;
    }
    helper->code = WEXITSTATUS(watch->status);
    return HELPER_EXIT;
}

enum helper_end
helper_run(struct helper *helper, bool (*check)(void *, struct reason *),
           void *data, int seconds)
{
    struct watch watch;
    enum helper_end end;
    bool in_time;

    memset(helper, 0, sizeof(*helper));
    /* What is still buffered here must not be written there as well. */
    fflush(stdout);
    fflush(stderr);
    if (!watch_init(&watch) || (watch.pid = fork()) < 0) {
        helper->code = errno;
        watch_finish(&watch);
        return HELPER_NONE;
    }
    if (watch.pid == 0)
        serve(&watch, check, data);

    for (int i = 0; i < STREAMS; i++)
        close_fd(&watch.write_ends[i]);
    in_time = watch_helper(&watch, seconds);
    if (!watch.reaped) {
        kill(watch.pid, SIGKILL);
        reap(&watch, 0);
    }
    for (int i = 0; i < STREAMS; i++)
        drain(&watch, i);
    end = conclude(helper, &watch, in_time);
    watch_finish(&watch);
    return end;
}
