/* SPDX-License-Identifier: Apache-2.0 */

/* resume - an input goes on where an earlier run stood */

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "input.h"
#include "rotated.h"

/* The file as it is now, as far as OFFSET; a cursor but for its row. */
struct input_cursor
input_identify(const struct input *input, uint64_t offset, size_t head_len)
{
    char head[INPUT_HEAD];
    ssize_t len = pread(input->reader.fd, head, head_len, 0);

    return (struct input_cursor){
        .offset = offset,
        .device = input->file.st_dev,
        .inode = input->file.st_ino,
        .head = input_hash(head, len > 0 ? (size_t)len : 0),
        .head_len = len > 0 ? (size_t)len : 0,
    };
}

static bool
is_same_file(const struct input *input, const struct input_cursor *cursor)
{
    struct input_cursor now =
        input_identify(input, cursor->offset, cursor->head_len);

    return now.device == cursor->device && now.inode == cursor->inode
           && now.head == cursor->head && now.head_len == cursor->head_len;
}

static enum mill_verdict
start_over(struct input *input, struct mill_stage *stage, uint64_t row,
           const char *why)
{
    mill_log(stage, MILL_WARN,
             "%s %s since it was read: it is read from its beginning, and its "
             "first row has position %" PRIu64,
             input->path, why, row);
    input->lines.row = row;
    table_finish(&input->lines.table);
    return MILL_OK;
}

/* Goes to where the cursor says; IDLE: the run ends, and so does this. */
static enum mill_verdict
go_to(struct input *input, struct mill_stage *stage,
      const struct input_cursor *cursor, uint64_t next)
{
    uint64_t left = cursor->offset;
    enum reader_result result;

    do {
        if (mill_stopping(stage)) {
            input_close(input);
            return MILL_IDLE;
        }
        result = reader_seek(&input->reader, &left);
    } while (result == READER_BYTES && left > 0);

    if (result == READER_BROKEN)
        return mill_fail(stage, MILL_FATAL,
                         "cannot go on in %s at byte %" PRIu64 ": %s",
                         input->path, cursor->offset, input->reader.fault);
    if (result == READER_BYTES) {
        input->lines.row = cursor->row;
        input->lines.offset = cursor->offset;
        input->seen = *cursor;
        return MILL_OK;
    }
    if (!reader_rewind(&input->reader))
        return mill_fail(stage, MILL_FATAL,
                         "cannot go back to the beginning of %s: %s",
                         input->path, strerror(errno));
    return start_over(input, stage, next, "became shorter");
}

/* The first position that is new to all sinks. */
static uint64_t
next_position(const struct input *input, struct mill_stage *stage,
              const struct input_cursor *cursor)
{
    uint64_t unseen = mill_unseen(stage, input->stream, "0");

    return cursor->row > unseen ? cursor->row : unseen;
}

enum mill_verdict
input_go_on(struct input *input, struct mill_stage *stage,
            const struct input_cursor *cursor)
{
    uint64_t next = next_position(input, stage, cursor);

    if (!is_same_file(input, cursor))
        return start_over(input, stage, next, "was replaced by another file");

    enum mill_verdict verdict =
        cursor->offset > 0 ? input_learn(input, stage) : MILL_OK;

    return verdict != MILL_OK ? verdict : go_to(input, stage, cursor, next);
}

/* It was made since, and got the inode of the one that is meant. */
static bool
is_another(const struct input *input, const struct input_cursor *cursor)
{
    struct rotated_age age;

    return !is_same_file(input, cursor)
           && rotated_age_of(input->reader.fd, &age)
           && age.made > cursor->written;
}

/* The file that is meant is gone: goes on in the one that came after it. */
static enum mill_verdict
go_on_after(struct input *input, struct mill_stage *stage,
            const struct input_cursor *cursor)
{
    struct rotated_age age = { cursor->written, INT64_MAX, 0 };
    int fd = rotated_next(input->path, age);
    enum mill_verdict verdict;

    if (fd < 0)
        return MILL_END;
    verdict = input_adopt(input, stage, fd);
    if (verdict != MILL_OK)
        return verdict;
    return start_over(input, stage, next_position(input, stage, cursor),
                      "was rotated and removed");
}

enum mill_verdict
input_find_again(struct input *input, struct mill_stage *stage,
                 const struct input_cursor *cursor)
{
    int fd = rotated_open(input->path, cursor->device, cursor->inode);
    enum mill_verdict verdict;

    if (fd < 0)
        return go_on_after(input, stage, cursor);
    verdict = input_adopt(input, stage, fd);
    if (verdict != MILL_OK)
        return verdict;
    if (!is_another(input, cursor))
        return input_go_on(input, stage, cursor);
    reader_finish(&input->reader);
    input->open = false;
    return go_on_after(input, stage, cursor);
}
