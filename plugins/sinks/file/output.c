/* SPDX-License-Identifier: Apache-2.0 */

/* output - opening, appending, cutting back and syncing; see output.h */

#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

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

static bool
write_all(const struct output *output, struct mill_bytes text)
{
    off_t at = (off_t)output->length;

    while (text.len > 0) {
        ssize_t len = output->special
                          ? write(output->fd, text.data, text.len)
                          : pwrite(output->fd, text.data, text.len, at);

        if (len < 0 && errno == EINTR)
            continue;
        if (len < 0)
            return false;
        text.data += len;
        text.len -= (size_t)len;
        at += len;
    }
    return true;
}

static enum mill_verdict
append(struct outputs *outputs, struct output *output, struct mill_stage *stage,
       struct mill_bytes text)
{
    enum mill_verdict verdict = output_open(outputs, output, stage);

    if (verdict == MILL_OK)
        verdict = output_trim(output, stage);
    if (verdict != MILL_OK)
        return verdict;
    if (!output->special)
        reserve_ahead(&output->reserve, output->fd, output->length + text.len);
    if (!write_all(output, text)) {
        verdict = output_fault(stage, "write to", output->path);
        output_cut(output, output->length);
        return verdict;
    }
    output->length += text.len;
    output->dirty = true;
    return MILL_OK;
}

enum mill_verdict
output_add(struct outputs *outputs, struct output *output,
           struct mill_stage *stage, struct mill_bytes text)
{
    if (output->pack == PACK_NOTHING)
        return append(outputs, output, stage, text);

    size_t before = output->held.len;

    mill_buffer_add(&output->held, text.data, text.len);
    if (!output->held.failed)
        return MILL_OK;
    /* What was held before is still there: adding never moves it away. */
    output->held.failed = false;
    output->held.len = before;
    return mill_fail(stage, MILL_RETRY, "no memory to hold rows for %s",
                     output->path);
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

    struct mill_bytes text = { output->held.data, output->held.len };

    outputs->packed.len = 0;
    outputs->pack = output->pack;
    if (!pack_text(output->pack, &outputs->packer, text, &outputs->packed)) {
        mill_buffer_finish(&outputs->packed);
        return mill_fail(stage, MILL_RETRY, "no memory to pack rows for %s",
                         output->path);
    }

    enum mill_verdict verdict = append(
        outputs, output, stage,
        (struct mill_bytes){ outputs->packed.data, outputs->packed.len });

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
