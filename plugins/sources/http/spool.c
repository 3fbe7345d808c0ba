/* SPDX-License-Identifier: Apache-2.0 */

/* spool - writing, reading, letting go; see spool.h */

#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <millrace/plugin.h>

bool
segments_add(struct segments *segments, const struct segment *segment)
{
    if (segments->count == segments->room) {
        size_t room = segments->room ? segments->room * 2 : 8;
        struct segment *list = realloc(segments->list, room * sizeof(*list));

        if (!list) {
            errno = ENOMEM;
            return false;
        }
        segments->list = list;
        segments->room = room;
    }
    segments->list[segments->count++] = *segment;
    return true;
}

void
segments_remove_first(struct segments *segments, size_t count)
{
    segments->count -= count;
    memmove(segments->list, segments->list + count,
            segments->count * sizeof(*segments->list));
}

void
spool_name(char *to, size_t size, uint64_t first, const char *suffix)
{
    snprintf(to, size, "%020" PRIu64 "%s", first, suffix);
}

int
spool_file(const struct spool *spool, uint64_t first, const char *suffix,
           int flags)
{
    char name[64];

    spool_name(name, sizeof(name), first, suffix);
    return openat(spool->folder_fd, name, flags | O_CLOEXEC, 0600);
}

bool
spool_unlink(const struct spool *spool, uint64_t first, const char *suffix)
{
    char name[64];

    spool_name(name, sizeof(name), first, suffix);
    return unlinkat(spool->folder_fd, name, 0) == 0 || errno == ENOENT;
}

/* --- writing ---------------------------------------------------------------
 */

static bool
write_all(int fd, struct mill_bytes data, off_t at)
{
    while (data.len > 0) {
        ssize_t done = pwrite(fd, data.data, data.len, at);

        if (done < 0 && errno != EINTR)
            return false;
        if (done > 0) {
            data.data += done;
            data.len -= (size_t)done;
            at += done;
        }
    }
    return true;
}

static bool
list_segment(struct spool *spool, uint64_t first)
{
    const struct segment segment = { .first = first, .end = first };
    bool listed;

    pthread_mutex_lock(&spool->lock);
    listed = segments_add(&spool->segments, &segment);
    pthread_mutex_unlock(&spool->lock);
    return listed;
}

/* Begins the next segment; false: see errno. */
static bool
begin_segment(struct spool *spool, uint64_t first)
{
    int fd = spool_file(spool, first, ".spool", O_RDWR | O_CREAT | O_EXCL);

    if (fd < 0)
        return false;
    if (fsync(spool->folder_fd) != 0 || !list_segment(spool, first)) {
        int error = errno;

        close(fd);
        spool_unlink(spool, first, ".spool");
        errno = error;
        return false;
    }
    if (spool->write_fd >= 0)
        close(spool->write_fd);
    spool->write_fd = fd;
    return true;
}

/* Gives back what a failed write left, for good: who was refused must not find
 * it there after a crash. */
static enum spool_written
cut_back(struct spool *spool, off_t size, enum spool_written written)
{
    int error = errno;

    if (ftruncate(spool->write_fd, size) != 0
        || fdatasync(spool->write_fd) != 0)
        written = SPOOL_BROKEN;
    errno = error;
    return written;
}

enum spool_written
spool_write(struct spool *spool, struct mill_bytes data)
{
    struct segment last;

    pthread_mutex_lock(&spool->lock);
    last = spool->segments.list[spool->segments.count - 1];
    pthread_mutex_unlock(&spool->lock);
    if (last.size >= spool->segment_size) {
        if (!begin_segment(spool, last.end))
            return SPOOL_FULL;
        last.size = 0;
    }
    if (!write_all(spool->write_fd, data, last.size))
        return cut_back(spool, last.size, SPOOL_FULL);
    mill_fail_point("http-spool-written");
    if (fdatasync(spool->write_fd) != 0)
        return cut_back(spool, last.size, SPOOL_BROKEN);
    mill_fail_point("http-spool-synced");
    return SPOOL_WRITTEN;
}

void
spool_publish(struct spool *spool, size_t len, uint64_t end, bool keyed,
              int64_t now_s)
{
    struct segment *segment;

    pthread_mutex_lock(&spool->lock);
    segment = &spool->segments.list[spool->segments.count - 1];
    segment->size += (off_t)len;
    segment->end = end;
    segment->keyed |= keyed;
    segment->newest = now_s;
    pthread_mutex_unlock(&spool->lock);
}

uint64_t
spool_number(struct spool *spool, size_t count)
{
    uint64_t number;

    pthread_mutex_lock(&spool->lock);
    number = spool->next;
    spool->next += count;
    pthread_mutex_unlock(&spool->lock);
    return number;
}

int64_t
spool_used(struct spool *spool)
{
    int64_t used = 0;

    pthread_mutex_lock(&spool->lock);
    for (size_t i = 0; i < spool->segments.count; i++)
        if (spool->segments.list[i].end > spool->done)
            used += spool->segments.list[i].size;
    pthread_mutex_unlock(&spool->lock);
    return used;
}

/* --- reading ---------------------------------------------------------------
 */

/* The segment that is being read, or the first behind it, where this one has no
 * more; false: that is the last. */
static bool
find_segment(struct spool *spool, struct segment *found)
{
    bool more = false;

    pthread_mutex_lock(&spool->lock);
    for (size_t i = 0; i < spool->segments.count && !more; i++) {
        const struct segment *segment = &spool->segments.list[i];

        more = spool->frames.fd < 0 || segment->first > spool->reading
               || (segment->first == spool->reading
                   && spool->frames.at < segment->size);
        *found = *segment;
    }
    pthread_mutex_unlock(&spool->lock);
    return more && found->size > 0;
}

enum entry_read
spool_next(struct spool *spool, struct entry *entry)
{
    struct segment segment = { 0 };
    enum entry_read read;

    errno = 0;
    if (!find_segment(spool, &segment))
        return ENTRY_SHORT;
    if (spool->frames.fd < 0 || segment.first != spool->reading) {
        if (spool->frames.fd >= 0)
            close(spool->frames.fd);
        frames_finish(&spool->frames);
        spool->reading = segment.first;
        spool->frames.fd = spool_file(spool, segment.first, ".spool", O_RDONLY);
        if (spool->frames.fd < 0)
            return ENTRY_DAMAGED;
    }
    read = frames_next(&spool->frames, segment.size, entry);
    return read == ENTRY_SHORT ? ENTRY_DAMAGED : read;
}

/* --- letting go ------------------------------------------------------------
 */

/* Writes what is left of a segment to NAME.keys; false: see errno. */
static bool
write_keys(struct spool *spool, const struct segment *segment,
           const struct mill_buffer *keys)
{
    char from[64];
    char to[64];
    int fd = spool_file(spool, segment->first, ".keys.new",
                        O_WRONLY | O_CREAT | O_TRUNC);
    bool good =
        fd >= 0
        && write_all(fd, (struct mill_bytes){ keys->data, keys->len }, 0)
        && fdatasync(fd) == 0;

    if (fd >= 0)
        close(fd);
    spool_name(from, sizeof(from), segment->first, ".keys.new");
    spool_name(to, sizeof(to), segment->first, ".keys");
    if (!good || renameat(spool->folder_fd, from, spool->folder_fd, to) != 0
        || fsync(spool->folder_fd) != 0)
        return false;
    pthread_mutex_lock(&spool->lock);
    good = segments_add(&spool->keys, segment);
    pthread_mutex_unlock(&spool->lock);
    return good;
}

/* Keeps the keys of a segment that is about to go, as far as it can be read:
 * all of it is settled, so nothing else of it is needed. */
static bool
keep_keys(struct spool *spool, const struct segment *segment,
          spool_keep_fn *keep, void *arg)
{
    struct frames frames = { .fd = spool_file(spool, segment->first, ".spool",
                                              O_RDONLY) };
    struct mill_buffer kept = { 0 };
    struct entry entry;
    bool good = frames.fd >= 0;

    while (good && frames_next(&frames, segment->size, &entry) == ENTRY_READ)
        if (entry.key.data && keep(arg, &entry)) {
            entry.flags |= ENTRY_BARE;
            entry_write(&kept, &entry);
        }
    if (good && kept.failed)
        errno = ENOMEM;
    good = good && errno == 0;
    if (good && frames.at < segment->size)
        spool->lost_keys++;
    good = good && (kept.len == 0 || write_keys(spool, segment, &kept));
    if (frames.fd >= 0)
        close(frames.fd);
    frames_finish(&frames);
    mill_buffer_finish(&kept);
    return good;
}

/* Takes the first segment of the list away; its file goes. */
static bool
let_go(struct spool *spool, struct segments *segments, const char *suffix)
{
    if (!spool_unlink(spool, segments->list[0].first, suffix))
        return false;
    pthread_mutex_lock(&spool->lock);
    segments_remove_first(segments, 1);
    pthread_mutex_unlock(&spool->lock);
    return true;
}

bool
spool_done(struct spool *spool, uint64_t upto, spool_keep_fn *keep, void *arg,
           int64_t now_s)
{
    bool good = true;

    pthread_mutex_lock(&spool->lock);
    spool->done = upto;
    pthread_mutex_unlock(&spool->lock);
    /* Only this thread takes any away, and the last one stays: a number must
     * never be given twice. */
    for (;;) {
        struct segment segment;
        bool last;

        pthread_mutex_lock(&spool->lock);
        segment = spool->segments.list[0];
        last = spool->segments.count == 1;
        pthread_mutex_unlock(&spool->lock);
        if (!good || last || segment.end > upto)
            break;
        good = (!segment.keyed || keep_keys(spool, &segment, keep, arg))
               && let_go(spool, &spool->segments, ".spool");
    }
    while (good && spool->keys.count > 0
           && spool->keys.list[0].newest < now_s - spool->window_s)
        good = let_go(spool, &spool->keys, ".keys");
    return good;
}
