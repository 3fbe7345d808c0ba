/* SPDX-License-Identifier: Apache-2.0 */

/*
 * input - one file that is read: which it is, how far, and where to go on
 *
 * The cursor says at which byte, and in which file: device, inode, and a hash
 * of its first bytes.  So a file that was replaced since is noticed; it is read
 * from its beginning, and its rows get positions behind those of the old one.
 */

#ifndef FILE_INPUT_H
#define FILE_INPUT_H

#include <sys/stat.h>

#include <millrace/plugin.h>

#include "lines.h"
#include "reader.h"

/* How many first bytes of a file tell it from another. */
#define INPUT_HEAD 256

struct input {
    char *path;   /* "-": standard input */
    char *stream; /* what its rows belong to */

    bool open;
    bool stirred; /* follow: there may be something new */
    int watch;    /* follow: its inotify watch; -1: none */
    struct stat file;
    struct reader reader;
    struct lines lines;
};

/* What a cursor says. */
struct input_cursor {
    uint64_t row;
    uint64_t offset;
    uint64_t device;
    uint64_t inode;
    uint64_t head; /* hash of the first head_len bytes */
    size_t head_len;
};

#define INPUT_CURSOR_ROOM 200

/* Writes at most INPUT_CURSOR_ROOM bytes, NUL included. */
void input_cursor_print(const struct input_cursor *cursor, char *to);
/* False: not a cursor of ours. */
bool input_cursor_parse(const char *text, struct input_cursor *cursor);

uint64_t input_hash(const void *data, size_t len);

/* The base name without its endings: "logs/in.ndjson.gz" is "in".  The caller
 * frees it; NULL: no memory. */
char *input_stem(const char *path);

bool input_is_stdin(const struct input *input);

/* Opens the file and goes to where the stored position is. */
enum mill_verdict input_open(struct input *input, struct mill_stage *stage,
                             enum mill_format format,
                             const struct table_rules *rules);

/* CSV: reads the header for its columns, though the file was read farther once,
 * and goes back to the beginning.  IDLE: the run ends, and the input is closed.
 */
enum mill_verdict input_learn(struct input *input, struct mill_stage *stage);

/* Reads until BATCH holds a row: OK.  IDLE: nothing now; END: nothing ever
 * again, or, where the file may grow, not yet. */
enum mill_verdict input_read(struct input *input, struct mill_stage *stage,
                             struct mill_batch *batch, bool follow);

/* Follow: the file won't grow any more, so an unfinished last line is a row.
 * OK: it was; END: there was none. */
enum mill_verdict input_read_rest(struct input *input, struct mill_stage *stage,
                                  struct mill_batch *batch);

/* Follow: reads whatever has its name now, from the beginning; the positions go
 * on. */
enum mill_verdict input_replace(struct input *input, struct mill_stage *stage);

void input_close(struct input *input);

#endif /* FILE_INPUT_H */
