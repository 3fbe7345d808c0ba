/* SPDX-License-Identifier: Apache-2.0 */

/*
 * follow - files that grow
 *
 * Each file has an inotify watch, set before it is read, so that nothing slips
 * in between; so has the folder of each path, for files that appear and for
 * those that take another's name.
 *
 * A file that was cut is read from its beginning.  One whose name leads to
 * another file now stays until somebody has written to that one: then whoever
 * wrote has left the old one, and what is in it by then is all there is.  The
 * next is the oldest that was rotated since, see rotated.h, so that none is
 * left out where several were in a short time, or while nobody read.
 */

#include "file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "rotated.h"

static const struct mill_duration forever = { -1 };

static enum mill_verdict
cannot_watch(struct mill_stage *stage, const char *path)
{
    return mill_fail(
        stage, MILL_FATAL, "cannot watch %s: %s%s", path, strerror(errno),
        errno == ENOSPC ? "; raise fs.inotify.max_user_watches" : "");
}

static enum mill_verdict
watch_folder(struct file_source *source, struct mill_stage *stage,
             const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) + 1 : 0;
    char *folder = slash ? strndup(path, len) : strdup(".");
    enum mill_verdict verdict = MILL_OK;

    if (!folder)
        return mill_fail(stage, MILL_FATAL, "no memory to watch %s", path);
    if (inotify_add_watch(source->inotify, folder, IN_CREATE | IN_MOVED_TO) < 0)
        verdict = cannot_watch(stage, folder);
    free(folder);
    return verdict;
}

enum mill_verdict
follow_open(struct file_source *source, struct mill_stage *stage)
{
    enum mill_verdict verdict = MILL_OK;

    source->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (source->inotify < 0)
        return cannot_watch(stage, "files");
    for (const char *const *path = source->path; *path && verdict == MILL_OK;
         path++) {
        if (strcmp(*path, "-") == 0)
            return mill_fail(stage, MILL_FATAL,
                             "standard input can't be followed: it is read "
                             "until it is closed anyway");
        verdict = watch_folder(source, stage, *path);
    }
    return verdict;
}

/* Watches what has the input's name now; -1: there is nothing. */
static enum mill_verdict
watch_path(struct file_source *source, struct mill_stage *stage,
           struct input *input)
{
    input->path_watch =
        inotify_add_watch(source->inotify, input->path, IN_MODIFY);
    if (input->path_watch < 0 && errno != ENOENT)
        return cannot_watch(stage, input->path);
    return MILL_OK;
}

/* Watches the file that is open, which may have another name. */
static enum mill_verdict
watch_file(struct file_source *source, struct mill_stage *stage,
           struct input *input)
{
    char path[40];
    int old = input->watch;

    snprintf(path, sizeof(path), "/proc/self/fd/%d", input->reader.fd);
    input->watch = inotify_add_watch(source->inotify, path, IN_MODIFY);
    if (input->watch < 0)
        return cannot_watch(stage, input->path);
    if (old >= 0 && old != input->watch && old != input->path_watch)
        inotify_rm_watch(source->inotify, old);
    return MILL_OK;
}

static void
mark(struct file_source *source, const struct inotify_event *event,
     bool *folders)
{
    bool all = event->mask & IN_Q_OVERFLOW;

    if (all || event->mask & (IN_CREATE | IN_MOVED_TO))
        *folders = true;
    for (size_t i = 0; i < source->count; i++)
        if (all || source->inputs[i].watch == event->wd
            || source->inputs[i].path_watch == event->wd)
            source->inputs[i].stirred = true;
}

/* Takes all events; true where files appeared. */
static bool
take_events(struct file_source *source)
{
    union {
        struct inotify_event event;
        char bytes[16 * 1024];
    } queue;
    bool folders = false;
    ssize_t len;

    while ((len = read(source->inotify, &queue, sizeof(queue))) > 0) {
        const char *at = queue.bytes;

        while (at < queue.bytes + len) {
            const struct inotify_event *event = (const void *)at;

            mark(source, event, &folders);
            at += sizeof(*event) + event->len;
        }
    }
    return folders;
}

/* Opens the file that comes after this one; -1: there is none, or it is still
 * empty. */
static int
open_next(const struct input *input)
{
    struct rotated_age age;
    struct stat now;

    if (stat(input->path, &now) == 0 && now.st_ino == input->file.st_ino
        && now.st_dev == input->file.st_dev)
        return -1;
    if (!rotated_age_of(input->reader.fd, &age))
        return -1;
    return rotated_next(input->path, age);
}

/* The file is complete: goes over to the next one. */
static enum mill_verdict
leave(struct file_source *source, struct mill_stage *stage, struct input *input,
      struct mill_batch *batch)
{
    enum mill_verdict verdict = input_read_rest(input, stage, batch, false);
    int fd;

    if (verdict != MILL_END)
        return verdict;
    input->leaving = false;
    fd = open_next(input);
    if (fd < 0)
        return MILL_IDLE;
    mill_log(stage, MILL_INFO,
             "%s is another file now: going on at its "
             "beginning",
             input->path);
    verdict = input_replace(input, stage, fd);
    if (verdict == MILL_OK)
        verdict = watch_file(source, stage, input);
    return verdict == MILL_OK ? MILL_IDLE : verdict;
}

/* At the end of what there is: is there a file behind this one? */
static enum mill_verdict
move_on(struct file_source *source, struct mill_stage *stage,
        struct input *input, struct mill_batch *batch)
{
    enum mill_verdict verdict;
    int fd;

    if (input->leaving)
        return leave(source, stage, input, batch);
    /* First the watch: what is written from now on stirs it again. */
    verdict = watch_path(source, stage, input);
    if (verdict != MILL_OK)
        return verdict;
    fd = open_next(input);
    input->leaving = fd >= 0;
    if (!input->leaving) {
        input->stirred = false;
        return MILL_END;
    }
    /* Something may have come between reading and looking. */
    close(fd);
    return MILL_IDLE;
}

/* The file was cut: what was read of it is all that can be had. */
static enum mill_verdict
start_again(struct mill_stage *stage, struct input *input,
            struct mill_batch *batch)
{
    enum mill_verdict verdict = input_read_rest(input, stage, batch, true);

    if (verdict != MILL_END)
        return verdict;
    mill_log(stage, MILL_INFO, "%s became shorter: going on at its beginning",
             input->path);
    verdict = input_restart(input, stage);
    return verdict == MILL_OK ? MILL_IDLE : verdict;
}

static enum mill_verdict
open_one(struct file_source *source, struct mill_stage *stage,
         struct input *input)
{
    enum mill_verdict verdict = watch_path(source, stage, input);

    input->leaving = false;
    if (verdict == MILL_OK)
        verdict = input_open(input, stage, &source->manner);
    if (verdict == MILL_END)
        input->stirred = false; /* it isn't there yet */
    return verdict == MILL_OK ? watch_file(source, stage, input) : verdict;
}

/* OK: the batch holds rows; END: nothing there now; IDLE: try again. */
static enum mill_verdict
read_one(struct file_source *source, struct mill_stage *stage,
         struct input *input, struct mill_batch *batch)
{
    enum mill_verdict verdict;

    if (!input->open) {
        verdict = open_one(source, stage, input);
        if (verdict != MILL_OK)
            return verdict;
    }
    if (input_is_truncated(input))
        return start_again(stage, input, batch);
    verdict = input_read(input, stage, batch, true);
    if (verdict == MILL_END)
        return move_on(source, stage, input, batch);
    return verdict;
}

static enum mill_verdict
read_stirred(struct file_source *source, struct mill_stage *stage,
             struct mill_batch *batch)
{
    for (size_t i = 0; i < source->count; i++) {
        size_t index = (source->at + i) % source->count;
        struct input *input = &source->inputs[index];
        enum mill_verdict verdict = MILL_IDLE;

        while (input->stirred && verdict == MILL_IDLE && !mill_stopping(stage))
            verdict = read_one(source, stage, input, batch);
        if (verdict != MILL_END && verdict != MILL_IDLE) {
            source->at = index + 1; /* each in its turn */
            return verdict;
        }
    }
    return MILL_END;
}

enum mill_verdict
follow_read(struct file_source *source, struct mill_stage *stage,
            struct mill_batch *batch)
{
    for (;;) {
        enum mill_verdict verdict = read_stirred(source, stage, batch);

        if (verdict != MILL_END)
            return verdict;
        if (!mill_wait(stage, source->inotify, forever))
            return MILL_IDLE;
        if (take_events(source)) {
            verdict = file_find(source, stage);
            if (verdict != MILL_OK)
                return verdict;
            for (size_t i = 0; i < source->count; i++)
                source->inputs[i].stirred = true;
        }
    }
}
