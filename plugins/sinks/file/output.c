/* SPDX-License-Identifier: Apache-2.0 */

/* output - opening, appending, cutting back and syncing; see output.h */

#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/*
 * While more is to come, writes end where large pages of the page cache do: the
 * kernel then needs a few of those for them, and not a dozen of all sizes.
 * 560 MB by 254 KiB took 0.16 s of system time to write and sync, by whole
 * blocks 0.11 s (Linux 6.18, ext4).
 */
#define BLOCK (UINT64_C(64) * 1024)

/* What a member or frame holds at least, unless it is flushed before. */
#define PACK_LEAST ((size_t)128 * 1024)

void
outputs_finish(struct outputs *outputs)
{
    pack_destroy(outputs->pack, outputs->packer);
    mill_buffer_finish(&outputs->packed);
    *outputs = (struct outputs){ 0 };
}

void
output_init(struct output *output, char *path, enum pack_kind pack)
{
    *output = (struct output){ .path = path, .fd = -1, .pack = pack };
}

void
output_finish(struct outputs *outputs, struct output *output)
{
    output_close(outputs, output);
    mill_buffer_finish(&output->held);
    free(output->path);
    output->path = NULL;
}

static const char *
advice(int error)
{
    switch (error) {
    case ENOSPC:
    case EDQUOT:
        return "; free some space there";
    case EFBIG:
        return "; raise the limit on file sizes (ulimit -f), or rotate";
    case EIO:
        return "; see what the kernel's log says of this disk";
    case EMFILE:
    case ENFILE:
        return "; raise the limit on open files (ulimit -n)";
    case EACCES:
    case EPERM:
        return "; who runs this needs the right to write there";
    default:
        return "";
    }
}

static bool
will_pass(int error)
{
    switch (error) {
    case EACCES:
    case EPERM:
    case EISDIR:
    case ENOTDIR:
    case EROFS:
    case ENAMETOOLONG:
    case ELOOP:
    case ENXIO:
        return false;
    default:
        return true;
    }
}

enum mill_verdict
output_fault(struct mill_stage *stage, const char *doing, const char *path)
{
    int error = errno;

    return mill_fail(stage, will_pass(error) ? MILL_RETRY : MILL_FATAL,
                     "cannot %s %s: %s%s", doing, path, strerror(error),
                     advice(error));
}

enum mill_verdict
output_lost(struct mill_stage *stage, const char *path)
{
    int error = errno;

    return mill_fail(
        stage, MILL_FATAL,
        "cannot get %s onto the disk: %s%s; what was written since "
        "the last commit can't be relied on any more, so run "
        "this again to write it again",
        path, strerror(error), advice(error));
}

void
output_close(struct outputs *outputs, struct output *output)
{
    if (output->fd < 0)
        return;
    reserve_end(&output->reserve, output->fd);
    close(output->fd);
    output->fd = -1;
    for (size_t i = 0; i < outputs->open_count; i++)
        if (outputs->open[i] == output) {
            outputs->open[i] = outputs->open[--outputs->open_count];
            return;
        }
}

static enum mill_verdict
make_room(struct outputs *outputs, struct mill_stage *stage)
{
    struct output *oldest = outputs->open[0];

    if (outputs->open_count < OUTPUT_OPEN)
        return MILL_OK;
    for (size_t i = 1; i < outputs->open_count; i++)
        if (outputs->open[i]->used < oldest->used)
            oldest = outputs->open[i];

    enum mill_verdict verdict = output_sync(outputs, oldest, stage);

    if (verdict == MILL_OK)
        output_close(outputs, oldest);
    return verdict;
}

/* Is FD something that rows can go into, and nobody else's? */
static enum mill_verdict
examine(struct output *output, struct mill_stage *stage)
{
    struct stat file;

    if (fstat(output->fd, &file) != 0)
        return output_fault(stage, "look at", output->path);
    output->special = S_ISCHR(file.st_mode);
    if (output->special) {
        output->overhang = false;
        return MILL_OK;
    }
    if (!S_ISREG(file.st_mode))
        return mill_fail(stage, MILL_FATAL, "%s is neither a file nor a device",
                         output->path);
    /* A cut to nothing would make ext4 allocate at close what could wait. */
    if ((uint64_t)file.st_size <= output->length)
        output->overhang = false;
    /* Some network file systems have no locks at all. */
    if (flock(output->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return mill_fail(stage, MILL_FATAL,
                         "%s is being written by another stage or run: give "
                         "each its own `path`",
                         output->path);
    reserve_begin(&output->reserve, &file);
    return MILL_OK;
}

enum mill_verdict
output_open(struct outputs *outputs, struct output *output,
            struct mill_stage *stage)
{
    output->used = ++outputs->clock;
    if (output->fd >= 0)
        return MILL_OK;

    enum mill_verdict verdict = make_room(outputs, stage);

    if (verdict != MILL_OK)
        return verdict;
    output->fd =
        open(output->path,
             O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0666);
    if (output->fd < 0)
        return output_fault(stage, "open", output->path);
    outputs->open[outputs->open_count++] = output;
    verdict = examine(output, stage);
    if (verdict != MILL_OK)
        output_close(outputs, output);
    return verdict;
}

static bool
cut_to_length(const struct output *output)
{
    off_t length = (off_t)output->length;

    return output->fd >= 0 ? ftruncate(output->fd, length) == 0
                           : truncate(output->path, length) == 0;
}

void
output_cut(struct output *output, uint64_t length)
{
    output->length = length;
    output->overhang = !output->special && !cut_to_length(output);
}

enum mill_verdict
output_trim(struct output *output, struct mill_stage *stage)
{
    if (output->overhang && !cut_to_length(output))
        return output_fault(stage, "cut back", output->path);
    output->overhang = false;
    return MILL_OK;
}

/* Takes LEN bytes off the front of COUNT parts; returns the first that has some
 * left. */
static struct iovec *
advance(struct iovec *part, const struct iovec *end, size_t len)
{
    while (part < end && len >= part->iov_len)
        len -= part++->iov_len;
    if (part < end) {
        part->iov_base = (char *)part->iov_base + len;
        part->iov_len -= len;
    }
    return part;
}

static bool
write_all(const struct output *output, const struct mill_bytes *pieces,
          size_t count)
{
    struct iovec parts[1 + OUTPUT_PIECES];
    struct iovec *part = parts;
    struct iovec *end = parts + count;
    off_t at = (off_t)output->length;

    for (size_t i = 0; i < count; i++)
        parts[i] =
            (struct iovec){ (void *)(uintptr_t)pieces[i].data, pieces[i].len };
    part = advance(part, end, 0);
    while (part < end) {
        int left = (int)(end - part);
        ssize_t len = output->special ? writev(output->fd, part, left)
                                      : pwritev(output->fd, part, left, at);

        if (len < 0 && errno == EINTR)
            continue;
        if (len < 0)
            return false;
        part = advance(part, end, (size_t)len);
        at += len;
    }
    return true;
}

static size_t
size_of(const struct mill_bytes *pieces, size_t count)
{
    size_t size = 0;

    for (size_t i = 0; i < count; i++)
        size += pieces[i].len;
    return size;
}

static enum mill_verdict
append(struct outputs *outputs, struct output *output, struct mill_stage *stage,
       const struct mill_bytes *pieces, size_t count)
{
    enum mill_verdict verdict = output_open(outputs, output, stage);
    size_t len = size_of(pieces, count);

    if (verdict == MILL_OK)
        verdict = output_trim(output, stage);
    if (verdict != MILL_OK)
        return verdict;
    if (!output->special)
        reserve_ahead(&output->reserve, output->fd, output->length + len);
    if (!write_all(output, pieces, count)) {
        verdict = output_fault(stage, "write to", output->path);
        output_cut(output, output->length);
        return verdict;
    }
    output->length += len;
    output->dirty = true;
    return MILL_OK;
}

/* --- held back -------------------------------------------------------------
 */

static enum mill_verdict
hold(struct output *output, struct mill_stage *stage,
     const struct mill_bytes *pieces, size_t count)
{
    size_t before = output->held.len;

    for (size_t i = 0; i < count; i++)
        mill_buffer_add(&output->held, pieces[i].data, pieces[i].len);
    if (!output->held.failed)
        return MILL_OK;
    /* What was held before is still there: adding never moves it away. */
    output->held.failed = false;
    output->held.len = before;
    return mill_fail(stage, MILL_RETRY, "no memory to hold rows for %s",
                     output->path);
}

/* Takes the last LEN bytes off the pieces and puts them behind what is held;
 * held.len stays.  False: no memory, and nothing was done. */
static bool
take_end(struct output *output, struct mill_bytes *pieces, size_t *count,
         size_t len)
{
    char *to = mill_buffer_room(&output->held, len);

    if (!to) {
        output->held.failed = false;
        return false;
    }
    for (to += len; len > 0;) {
        struct mill_bytes *last = &pieces[*count - 1];
        size_t part = last->len < len ? last->len : len;

        last->len -= part;
        len -= part;
        to -= part;
        memcpy(to, last->data + last->len, part);
        *count -= last->len == 0;
    }
    return true;
}

/* What had better wait, where more is to come: what is behind the last whole
 * block once LEN more bytes are written. */
static size_t
behind_block(const struct output *output, size_t len)
{
    return (size_t)((output->length + output->held.len + len) % BLOCK);
}

enum mill_verdict
output_add(struct outputs *outputs, struct output *output,
           struct mill_stage *stage, const struct mill_bytes *pieces,
           size_t count, bool more)
{
    struct mill_bytes all[1 + OUTPUT_PIECES];
    size_t held = output->held.len;
    size_t len = size_of(pieces, count);
    size_t rest = more && !output->special ? behind_block(output, len) : 0;
    enum mill_verdict verdict;

    if (output->pack != PACK_NOTHING || rest >= held + len)
        return hold(output, stage, pieces, count);
    if (count > 0)
        memcpy(all + 1, pieces, count * sizeof(*pieces));
    if (rest > len || (rest > 0 && !take_end(output, all + 1, &count, rest)))
        rest = 0;
    /* Now, as that may have moved. */
    all[0] = (struct mill_bytes){ output->held.data, held };
    verdict = append(outputs, output, stage, all, 1 + count);
    if (verdict != MILL_OK)
        return verdict;
    if (rest > 0)
        memmove(output->held.data, output->held.data + held, rest);
    output->held.len = rest;
    return MILL_OK;
}

bool
output_holds_much(const struct output *output)
{
    return output->held.len >= PACK_LEAST;
}

enum mill_verdict
output_pack(struct outputs *outputs, struct output *output,
            struct mill_stage *stage)
{
    if (output->held.len == 0)
        return MILL_OK;
    if (output->pack == PACK_NOTHING)
        return output_add(outputs, output, stage, NULL, 0, false);

    struct mill_bytes text = { output->held.data, output->held.len };

    outputs->packed.len = 0;
    outputs->pack = output->pack;
    if (!pack_text(output->pack, &outputs->packer, text, &outputs->packed)) {
        mill_buffer_finish(&outputs->packed);
        return mill_fail(stage, MILL_RETRY, "no memory to pack rows for %s",
                         output->path);
    }

    text = (struct mill_bytes){ outputs->packed.data, outputs->packed.len };

    enum mill_verdict verdict = append(outputs, output, stage, &text, 1);

    if (verdict == MILL_OK)
        output->held.len = 0;
    return verdict;
}

enum mill_verdict
output_sync(struct outputs *outputs, struct output *output,
            struct mill_stage *stage)
{
    enum mill_verdict verdict = output_trim(output, stage);

    if (verdict != MILL_OK || output->special || !output->dirty)
        return verdict;
    if (output->fd < 0)
        verdict = output_open(outputs, output, stage);
    if (verdict != MILL_OK)
        return verdict;
    if (fdatasync(output->fd) != 0)
        return output_lost(stage, output->path);
    output->dirty = false;
    return MILL_OK;
}
