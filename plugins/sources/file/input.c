/* SPDX-License-Identifier: Apache-2.0 */

/* input - opening, resuming, and reading one file */

#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rotated.h"

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

enum mill_verdict
input_adopt(struct input *input, struct mill_stage *stage, int fd)
{
    if (fstat(fd, &input->file) != 0) {
        int error = errno;

        if (fd != STDIN_FILENO)
            close(fd);
        return mill_fail(stage, MILL_FATAL, "cannot look at %s: %s",
                         input->path, strerror(error));
    }
    reader_init(&input->reader, fd, S_ISREG(input->file.st_mode));
    input->open = true;
    input->seen = (struct input_cursor){ 0 };
    if (S_ISDIR(input->file.st_mode))
        return mill_fail(stage, MILL_FATAL,
                         "%s is a folder: name its files, as in \"%s/*\"",
                         input->path, input->path);
    return MILL_OK;
}

/* Opens what has the name now; END: followed, and there is nothing yet. */
static enum mill_verdict
open_path(struct input *input, struct mill_stage *stage, bool follow)
{
    /* Without O_NONBLOCK a FIFO would wait here for its writer. */
    int fd =
        input_is_stdin(input)
            ? STDIN_FILENO
            : open(input->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

    if (fd >= 0)
        return input_adopt(input, stage, fd);
    if (follow && errno == ENOENT)
        return MILL_END;
    return mill_fail(stage, MILL_FATAL, "cannot open %s: %s", input->path,
                     strerror(errno));
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

enum mill_verdict
input_open(struct input *input, struct mill_stage *stage,
           const struct input_manner *manner)
{
    struct mill_position last;
    struct input_cursor cursor;
    enum mill_verdict verdict;
    /* Without a cursor the core drops what was settled. */
    bool known = mill_resume(stage, input->stream, "0", &last) && last.cursor
                 && input_cursor_parse(last.cursor, &cursor);

    lines_init(&input->lines, manner->format, mill_max_record(stage),
               manner->rules);
    if (known && manner->follow)
        return input_find_again(input, stage, &cursor);
    verdict = open_path(input, stage, manner->follow);
    if (verdict != MILL_OK)
        return verdict;
    if (!can_resume(input))
        go_on_behind(input, stage);
    return can_resume(input) && known ? input_go_on(input, stage, &cursor)
                                      : MILL_OK;
}

static bool
set_cursor(struct input *input, struct mill_batch *batch)
{
    char text[INPUT_CURSOR_ROOM];

    if (!can_resume(input))
        return true;

    uint64_t offset = input->lines.offset;
    struct input_cursor cursor = input_identify(
        input, offset, offset < INPUT_HEAD ? offset : INPUT_HEAD);
    struct rotated_age age;

    if (rotated_age_of(input->reader.fd, &age))
        cursor.written = age.written;
    cursor.row = input->lines.row;
    input_cursor_print(&cursor, text);
    input->seen = cursor;
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

/* Another file, or another content, of the same input. */
static void
begin_anew(struct input *input)
{
    struct lines *lines = &input->lines;
    struct lines old = *lines;

    lines_finish(lines);
    lines_init(lines, old.format, old.max, old.table.rules);
    lines->row = old.row;
    input->seen = (struct input_cursor){ 0 };
}

enum mill_verdict
input_replace(struct input *input, struct mill_stage *stage, int fd)
{
    reader_finish(&input->reader);
    input->open = false;
    begin_anew(input);
    return input_adopt(input, stage, fd);
}

enum mill_verdict
input_restart(struct input *input, struct mill_stage *stage)
{
    begin_anew(input);
    if (reader_rewind(&input->reader))
        return MILL_OK;
    return mill_fail(stage, MILL_FATAL,
                     "cannot go back to the beginning of %s: %s", input->path,
                     strerror(errno));
}

bool
input_is_truncated(const struct input *input)
{
    struct stat now;
    off_t at = lseek(input->reader.fd, 0, SEEK_CUR);

    if (input->reader.unpack || fstat(input->reader.fd, &now) != 0 || at < 0)
        return false;
    if (now.st_size < at)
        return true;

    /* It may have grown again meanwhile. */
    struct input_cursor head = input_identify(input, 0, input->seen.head_len);

    return input->seen.head_len > 0
           && (head.head_len != input->seen.head_len
               || head.head != input->seen.head);
}

enum mill_verdict
input_read_rest(struct input *input, struct mill_stage *stage,
                struct mill_batch *batch, bool cut)
{
    enum mill_verdict verdict = MILL_FATAL;

    if (mill_batch_set_stream(batch, input->stream, "0"))
        verdict = read_end(input, stage, batch);
    else
        cannot_go_on(input, stage);
    /* What is there now isn't what these rows were read from. */
    if (verdict == MILL_OK && cut && input->lines.carry.len == 0)
        verdict = input_restart(input, stage);
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
