/* SPDX-License-Identifier: Apache-2.0 */

/* spool_open - what an earlier run left; see spool.h */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool.h"
#include "sync.h"

#define NAME_DIGITS 20

struct opening {
    struct spool *spool;
    spool_visit_fn *visit;
    void *arg;
    char *why;
    size_t size;
};

static bool
fail(const struct opening *opening, const char *what, const char *name)
{
    snprintf(opening->why, opening->size, "%s %s%s%s: %s", what,
             opening->spool->folder, name ? "/" : "", name ? name : "",
             strerror(errno));
    return false;
}

/* A folder whose name isn't on the disk goes with all that was synced in it. */
static bool
sync_parent(const char *folder)
{
    char *copy = strdup(folder);
    bool good = copy && sync_folder(dirname(copy));
    int error = errno;

    free(copy);
    errno = error;
    return good;
}

static bool
open_folder(const struct opening *opening)
{
    struct spool *spool = opening->spool;

    if (mkdir(spool->folder, 0700) != 0 && errno != EEXIST)
        return fail(opening, "cannot make the spool", NULL);
    if (!sync_parent(spool->folder))
        return fail(opening, "cannot sync the folder of the spool", NULL);
    spool->folder_fd = open(spool->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (spool->folder_fd < 0)
        return fail(opening, "cannot open the spool", NULL);
    spool->lock_fd =
        openat(spool->folder_fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (spool->lock_fd < 0)
        return fail(opening, "cannot make", "lock");
    if (flock(spool->lock_fd, LOCK_EX | LOCK_NB) == 0)
        return true;
    snprintf(opening->why, opening->size,
             "the spool %s is in use by another process: give each its own",
             spool->folder);
    return false;
}

static int
compare(const void *a, const void *b)
{
    const struct segment *left = a;
    const struct segment *right = b;

    return left->first < right->first ? -1 : left->first > right->first;
}

/* Puts a file of the folder into the list that it belongs to; what a crash left
 * half-made goes. */
static bool
list_file(struct spool *spool, const char *name)
{
    struct segment segment = { 0 };
    const char *suffix = name + NAME_DIGITS;

    if (strspn(name, "0123456789") != NAME_DIGITS)
        return true;
    segment.first = strtoull(name, NULL, 10);
    segment.end = segment.first;
    if (strcmp(suffix, ".spool") == 0)
        return segments_add(&spool->segments, &segment);
    if (strcmp(suffix, ".keys") == 0)
        return segments_add(&spool->keys, &segment);
    return strcmp(suffix, ".keys.new") != 0
           || unlinkat(spool->folder_fd, name, 0) == 0;
}

static bool
list_files(const struct opening *opening)
{
    struct spool *spool = opening->spool;
    DIR *dir = opendir(spool->folder);
    struct dirent *file;
    bool good = dir != NULL;

    while (good && (file = readdir(dir)))
        good = list_file(spool, file->d_name);
    if (!good)
        fail(opening, "cannot read", NULL);
    if (dir)
        closedir(dir);
    if (spool->segments.count > 1)
        qsort(spool->segments.list, spool->segments.count,
              sizeof(struct segment), compare);
    if (spool->keys.count > 1)
        qsort(spool->keys.list, spool->keys.count, sizeof(struct segment),
              compare);
    return good;
}

/* The same for a file of entries. */
static bool
fail_file(const struct opening *opening, const char *what,
          const struct segment *segment, const char *suffix)
{
    char name[64];

    spool_name(name, sizeof(name), segment->first, suffix);
    return fail(opening, what, name);
}

static bool
other_version(const struct opening *opening, const struct segment *segment,
              const char *suffix)
{
    char name[64];

    spool_name(name, sizeof(name), segment->first, suffix);
    snprintf(opening->why, opening->size,
             "%s/%s was written by another version of the source http: let "
             "that one deliver what it holds, then move %s away",
             opening->spool->folder, name, opening->spool->folder);
    return false;
}

static bool
damaged(const struct opening *opening, const struct segment *segment,
        const char *suffix)
{
    char name[64];

    spool_name(name, sizeof(name), segment->first, suffix);
    snprintf(opening->why, opening->size,
             "%s/%s is damaged at byte %jd: restore it, or move it away and do "
             "without what it holds from there on",
             opening->spool->folder, name, (intmax_t)segment->size);
    return false;
}

/* True where the first entry of a later write stands behind what can't be read:
 * then that was synced before, and no crash tore it. */
static bool
was_synced(struct frames *frames, off_t end)
{
    struct entry entry;

    while (frames_seek(frames, end)) {
        while (frames_next(frames, end, &entry) == ENTRY_READ)
            if (entry.flags & ENTRY_BEGINS)
                return true;
        if (errno != 0)
            return false;
    }
    return false;
}

/* True where what frames_next() gave READ for is the end that a crash tore off;
 * errno is to be looked at. */
static bool
is_torn(struct frames *frames, off_t end, enum entry_read read)
{
    if (read != ENTRY_DAMAGED)
        return read == ENTRY_SHORT;
    return frames_has_hole(frames, end) && !was_synced(frames, end);
}

/* Shows all entries of a file up to what isn't one, which *READ says. */
static bool
show(const struct opening *opening, struct segment *segment, off_t end,
     struct frames *frames, enum entry_read *read)
{
    struct entry entry;

    while ((*read = frames_next(frames, end, &entry)) == ENTRY_READ
           && entry.first >= segment->end) {
        segment->end = entry.first + entry.total;
        segment->keyed |= entry.key.data != NULL;
        segment->newest = entry.came;
        segment->size = frames->at;
        if (!opening->visit(opening->arg, &entry)) {
            errno = ENOMEM;
            return false;
        }
    }
    return *read != ENTRY_NO_MEMORY && errno == 0;
}

/* Takes in all entries of a file; a torn end is cut off where MAY_TEAR. */
static bool
scan(const struct opening *opening, struct segment *segment, const char *suffix,
     bool may_tear, struct frames *frames)
{
    struct stat file;
    enum entry_read read;
    bool torn;

    if (fstat(frames->fd, &file) != 0
        || !show(opening, segment, file.st_size, frames, &read))
        return fail_file(opening, "cannot read", segment, suffix);
    if (read == ENTRY_OTHER)
        return other_version(opening, segment, suffix);
    if (segment->size == file.st_size)
        return true;
    torn = may_tear && is_torn(frames, file.st_size, read);
    if (errno != 0)
        return fail_file(opening, "cannot read", segment, suffix);
    if (!torn)
        return damaged(opening, segment, suffix);
    opening->spool->torn = file.st_size - segment->size;
    if (ftruncate(frames->fd, segment->size) != 0 || fsync(frames->fd) != 0)
        return fail_file(opening, "cannot cut the torn end of", segment,
                         suffix);
    return true;
}

static bool
scan_all(const struct opening *opening, struct segments *segments,
         const char *suffix, bool last_may_tear)
{
    struct spool *spool = opening->spool;

    for (size_t i = 0; i < segments->count; i++) {
        struct segment *segment = &segments->list[i];
        struct frames frames = { .fd = spool_file(spool, segment->first, suffix,
                                                  O_RDWR) };
        bool good;

        if (frames.fd < 0)
            return fail(opening, "cannot open a file of", NULL);
        good = scan(opening, segment, suffix,
                    last_may_tear && i + 1 == segments->count, &frames);
        close(frames.fd);
        frames_finish(&frames);
        if (!good)
            return false;
        if (segment->end > spool->next)
            spool->next = segment->end;
    }
    return true;
}

/* What comes goes into a file of its own, so that what was there can go. */
static bool
open_last(const struct opening *opening)
{
    struct spool *spool = opening->spool;
    struct segments *segments = &spool->segments;
    const struct segment *last =
        segments->count > 0 ? &segments->list[segments->count - 1] : NULL;
    bool fresh = !last || last->size > 0 || last->first != spool->next;

    spool->write_fd = spool_file(spool, spool->next, ".spool",
                                 fresh ? O_RDWR | O_CREAT | O_EXCL : O_RDWR);
    if (spool->write_fd < 0)
        return fail(opening, "cannot make a file in", NULL);
    if (fsync(spool->folder_fd) != 0)
        return fail(opening, "cannot sync", NULL);
    if (!fresh)
        return true;
    return segments_add(segments, &(struct segment){ .first = spool->next,
                                                     .end = spool->next })
           || fail(opening, "cannot use", NULL);
}

bool
spool_open(struct spool *spool, const char *dir, uint64_t least,
           spool_visit_fn *visit, void *arg, char *why, size_t size)
{
    struct opening opening = { spool, visit, arg, why, size };

    spool->folder_fd = -1;
    spool->lock_fd = -1;
    spool->write_fd = -1;
    spool->frames.fd = -1;
    pthread_mutex_init(&spool->lock, NULL);
    spool->folder = strdup(dir);
    if (!spool->folder) {
        snprintf(why, size, "no memory for the spool");
        return false;
    }
    spool->next = least;
    if (!open_folder(&opening) || !list_files(&opening)
        || !scan_all(&opening, &spool->keys, ".keys", false)
        || !scan_all(&opening, &spool->segments, ".spool", true))
        return false;
    spool->replay_end = spool->next;
    return open_last(&opening);
}

void
spool_close(struct spool *spool)
{
    if (spool->write_fd >= 0)
        close(spool->write_fd);
    if (spool->frames.fd >= 0)
        close(spool->frames.fd);
    frames_finish(&spool->frames);
    if (spool->lock_fd >= 0)
        close(spool->lock_fd);
    if (spool->folder_fd >= 0)
        close(spool->folder_fd);
    free(spool->segments.list);
    free(spool->keys.list);
    free(spool->folder);
    pthread_mutex_destroy(&spool->lock);
    *spool = (struct spool){
        .write_fd = -1, .lock_fd = -1, .folder_fd = -1, .frames = { .fd = -1 }
    };
}
