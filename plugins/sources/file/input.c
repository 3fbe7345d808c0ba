/* SPDX-License-Identifier: Apache-2.0 */

/* input - opening, resuming, and reading one file */

#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct mill_duration forever = { -1 };

bool
input_is_stdin(const struct input *input)
{
    return strcmp(input->path, "-") == 0;
}

/* A pipe, a terminal, and standard input whatever it is, can't be gone back
 * in. */
static bool
can_resume(const struct input *input)
{
    return S_ISREG(input->file.st_mode) && !input_is_stdin(input);
}

static enum mill_verdict
open_fd(struct input *input, struct mill_stage *stage)
{
    /* Without O_NONBLOCK a FIFO would wait here for its writer. */
    int fd =
        input_is_stdin(input)
            ? STDIN_FILENO
            : open(input->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

    if (fd < 0)
        return mill_fail(stage, MILL_FATAL, "cannot open %s: %s", input->path,
                         strerror(errno));
    if (fstat(fd, &input->file) != 0) {
        int error = errno;

        if (fd != STDIN_FILENO)
            close(fd);
        return mill_fail(stage, MILL_FATAL, "cannot look at %s: %s",
                         input->path, strerror(error));
    }
    reader_init(&input->reader, fd, S_ISREG(input->file.st_mode));
    input->open = true;
    if (S_ISDIR(input->file.st_mode))
        return mill_fail(stage, MILL_FATAL,
                         "%s is a folder: name its files, as in \"%s/*\"",
                         input->path, input->path);
    return MILL_OK;
}

/* The file as it is now, as far as OFFSET; a cursor but for its row. */
static struct input_cursor
identify(const struct input *input, uint64_t offset, size_t head_len)
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
    struct input_cursor now = identify(input, cursor->offset, cursor->head_len);

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
        return MILL_OK;
    }
    reader_finish(&input->reader);
    input->open = false;
    if (open_fd(input, stage) != MILL_OK)
        return MILL_FATAL;
    return start_over(input, stage, next, "became shorter");
}

/* What can't be gone back in: all that it gives now is new. */
static void
go_on_behind(struct input *input, struct mill_stage *stage)
{
    input->lines.row = mill_unseen(stage, input->stream, "0");
    if (input->lines.row > 0)
        mill_log(stage, MILL_INFO,
                 "%s can't be gone back in: what it gives now counts as new, "
                 "from position %" PRIu64,
                 input->path, input->lines.row);
}

static enum mill_verdict
go_on(struct input *input, struct mill_stage *stage,
      const struct mill_position *last)
{
    struct input_cursor cursor;

    /* Without a cursor the core drops what was settled. */
    if (!last->cursor || !input_cursor_parse(last->cursor, &cursor))
        return MILL_OK;

    uint64_t unseen = mill_unseen(stage, input->stream, "0");
    uint64_t next = cursor.row > unseen ? cursor.row : unseen;

    if (!is_same_file(input, &cursor))
        return start_over(input, stage, next, "was replaced by another file");

    enum mill_verdict verdict =
        cursor.offset > 0 ? input_learn(input, stage) : MILL_OK;

    return verdict != MILL_OK ? verdict : go_to(input, stage, &cursor, next);
}

enum mill_verdict
input_open(struct input *input, struct mill_stage *stage,
           enum mill_format format, const struct table_rules *rules)
{
    struct mill_position last;
    enum mill_verdict verdict = open_fd(input, stage);

    if (verdict != MILL_OK)
        return verdict;
    lines_init(&input->lines, format, mill_max_record(stage), rules);
    if (!can_resume(input))
        go_on_behind(input, stage);
    else if (mill_resume(stage, input->stream, "0", &last))
        return go_on(input, stage, &last);
    return MILL_OK;
}

static bool
set_cursor(struct input *input, struct mill_batch *batch)
{
    char text[INPUT_CURSOR_ROOM];

    if (!can_resume(input))
        return true;

    uint64_t offset = input->lines.offset;
    struct input_cursor cursor =
        identify(input, offset, offset < INPUT_HEAD ? offset : INPUT_HEAD);

    cursor.row = input->lines.row;
    input_cursor_print(&cursor, text);
    return mill_batch_set_cursor(batch, text);
}

static enum mill_verdict
cannot_go_on(struct input *input, struct mill_stage *stage)
{
    const char *fault = input->lines.table.fault;

    if (fault[0])
        return mill_fail(stage, MILL_FATAL, "cannot read %s: %s", input->path,
                         fault);
    return mill_fail(stage, MILL_FATAL, "no memory to read %s", input->path);
}

/* The end of a file that won't grow. */
static enum mill_verdict
read_end(struct input *input, struct mill_stage *stage,
         struct mill_batch *batch)
{
    if (!lines_end(&input->lines, stage, batch))
        return cannot_go_on(input, stage);
    return input->lines.handed_on ? MILL_OK : MILL_END;
}

enum mill_verdict
input_replace(struct input *input, struct mill_stage *stage)
{
    struct lines *lines = &input->lines;
    uint64_t row = lines->row;
    enum mill_format format = lines->format;
    size_t max = lines->max;
    const struct table_rules *rules = lines->table.rules;

    input_close(input);

    enum mill_verdict verdict = open_fd(input, stage);

    if (verdict != MILL_OK)
        return verdict;
    lines_init(lines, format, max, rules);
    lines->row = row;
    return MILL_OK;
}

enum mill_verdict
input_read_rest(struct input *input, struct mill_stage *stage,
                struct mill_batch *batch)
{
    enum mill_verdict verdict = MILL_FATAL;

    if (mill_batch_set_stream(batch, input->stream, "0"))
        verdict = read_end(input, stage, batch);
    else
        cannot_go_on(input, stage);
    if (verdict == MILL_OK && !set_cursor(input, batch))
        return cannot_go_on(input, stage);
    return verdict;
}

enum mill_verdict
input_read(struct input *input, struct mill_stage *stage,
           struct mill_batch *batch, bool follow)
{
    enum mill_verdict verdict = MILL_IDLE;

    if (!mill_batch_set_stream(batch, input->stream, "0"))
        return cannot_go_on(input, stage);
    do {
        enum reader_result result =
            lines_read(&input->lines, &input->reader, stage, batch);

        if (result == READER_BROKEN && input->reader.fault[0] == '\0')
            verdict = cannot_go_on(input, stage);
        else if (input->lines.handed_on)
            verdict = MILL_OK;
        else if (result == READER_END)
            verdict = follow ? MILL_END : read_end(input, stage, batch);
        else if (result == READER_BROKEN)
            verdict = mill_fail(
                stage, MILL_FATAL, "cannot read %s behind line %" PRIu64 ": %s",
                input->path, input->lines.row, input->reader.fault);
        else if (result == READER_WAIT
                 && !mill_wait(stage, input->reader.fd, forever))
            return MILL_IDLE;
    } while (verdict == MILL_IDLE && !mill_stopping(stage));

    if (verdict == MILL_OK && !set_cursor(input, batch))
        return cannot_go_on(input, stage);
    return verdict;
}

void
input_close(struct input *input)
{
    if (!input->open)
        return;
    reader_finish(&input->reader);
    lines_finish(&input->lines);
    input->open = false;
}
