/* SPDX-License-Identifier: Apache-2.0 */

/*
 * follow - files that grow
 *
 * Each file has an inotify watch, set before it is read, so that nothing slips
 * in between; so has the folder of each path, for files that appear and for
 * those that take another's name.  A file that became shorter is read from its
 * beginning; one whose name leads to another file now is read to its end first.
 */

#include "file.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

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

static enum mill_verdict
watch_input(struct file_source *source, struct mill_stage *stage,
            struct input *input)
{
    input->watch = inotify_add_watch(source->inotify, input->path, IN_MODIFY);
    if (input->watch < 0 && errno != ENOENT)
        return cannot_watch(stage, input->path);
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
        if (all || source->inputs[i].watch == event->wd)
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

/* Does the name lead to another file than the one that is open? */
static bool
is_replaced(const struct input *input)
{
    struct stat now;

    return stat(input->path, &now) == 0
           && (now.st_ino != input->file.st_ino
               || now.st_dev != input->file.st_dev);
}

static bool
is_truncated(const struct input *input)
{
    struct stat now;

    return !input->reader.unpack && fstat(input->reader.fd, &now) == 0
           && (uint64_t)now.st_size < input->lines.offset;
}

/* At the end of what there is: goes over to the file's successor, if any. */
static enum mill_verdict
move_on(struct file_source *source, struct mill_stage *stage,
        struct input *input, struct mill_batch *batch)
{
    bool truncated = is_truncated(input);
    enum mill_verdict verdict;

    if (!truncated && !is_replaced(input)) {
        input->stirred = false;
        return MILL_END;
    }
    verdict = input_read_rest(input, stage, batch);
    if (verdict != MILL_END)
        return verdict;
    mill_log(stage, MILL_INFO, "%s %s: going on at its beginning", input->path,
             truncated ? "became shorter" : "is another file now");
    verdict = watch_input(source, stage, input);
    if (verdict == MILL_OK)
        verdict = input_replace(input, stage);
    return verdict == MILL_OK ? MILL_IDLE : verdict;
}

/* OK: the batch holds rows; END: nothing there now; IDLE: try again. */
static enum mill_verdict
read_one(struct file_source *source, struct mill_stage *stage,
         struct input *input, struct mill_batch *batch)
{
    enum mill_verdict verdict;

    if (!input->open) {
        verdict = watch_input(source, stage, input);
        if (verdict == MILL_OK && input->watch < 0) {
            input->stirred = false; /* it isn't there yet */
            return MILL_END;
        }
        if (verdict == MILL_OK)
            verdict = file_open_input(source, stage, input);
        if (verdict != MILL_OK)
            return verdict;
    }
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
