/* SPDX-License-Identifier: Apache-2.0 */

/*
 * input - one file that is read: which it is, how far, and where to go on
 *
 * The cursor says at which byte, and in which file: device, inode, and a hash
 * of its first bytes.  So a file that was replaced since is noticed; it is read
 * from its beginning, and its rows get positions behind those of the old one.
 * Where it is followed, the old one is looked for first: see rotated.h.
 */

#ifndef FILE_INPUT_H
#define FILE_INPUT_H

#include <sys/stat.h>

#include <millrace/plugin.h>

#include "lines.h"
#include "reader.h"

/* How many first bytes of a file tell it from another. */
#define INPUT_HEAD 256

/* What a cursor says. */
struct input_cursor {
    uint64_t row;
    uint64_t offset;
    uint64_t device;
    uint64_t inode;
    uint64_t head; /* hash of the first head_len bytes */
    size_t head_len;
    int64_t written; /* when the file was, last; nanoseconds since 1970 */
};

struct input {
    char *path;   /* "-": standard input */
    char *stream; /* what its rows belong to */

    bool open;
    bool stirred;   /* follow: there may be something new */
    bool leaving;   /* follow: there is a next file, so this one is complete */
    int watch;      /* follow: the inotify watch of the file; -1: none */
    int path_watch; /* follow: that of what has its name now */
    struct stat file;
    struct input_cursor seen; /* the file as the last rows found it */
    struct reader reader;
    struct lines lines;
};

/* How files are read, as the options have it. */
struct input_manner {
    enum mill_format format;
    const struct table_rules *rules; /* NULL: it isn't CSV */
    bool follow;
};

#define INPUT_CURSOR_ROOM 240

/* Writes at most INPUT_CURSOR_ROOM bytes, NUL included. */
void input_cursor_print(const struct input_cursor *cursor, char *to);
/* False: not a cursor of ours. */
bool input_cursor_parse(const char *text, struct input_cursor *cursor);

uint64_t input_hash(const void *data, size_t len);

/* The base name without its endings: "logs/in.ndjson.gz" is "in".  The caller
 * frees it; NULL: no memory. */
char *input_stem(const char *path);

bool input_is_stdin(const struct input *input);

/* Opens the file and goes to where the stored position is.  IDLE: the run ends;
 * END: followed, and it isn't there yet; in both cases it isn't open. */
enum mill_verdict input_open(struct input *input, struct mill_stage *stage,
                             const struct input_manner *manner);

/* Takes FD, of a file that has, or had, the input's name. */
enum mill_verdict input_adopt(struct input *input, struct mill_stage *stage,
                              int fd);

/* The file as it is now, as far as OFFSET; a cursor but for row and time. */
struct input_cursor input_identify(const struct input *input, uint64_t offset,
                                   size_t head_len);

/* Goes to where the cursor says, if this is the file that it means, or starts
 * over; as input_open(). */
enum mill_verdict input_go_on(struct input *input, struct mill_stage *stage,
                              const struct input_cursor *cursor);

/* Follow: the same in the file that the cursor means, whatever its name is now.
 */
enum mill_verdict input_find_again(struct input *input,
                                   struct mill_stage *stage,
                                   const struct input_cursor *cursor);

/* CSV: reads the header for its columns, though the file was read farther once,
 * and goes back to the beginning.  IDLE: the run ends, and the input is closed.
 */
enum mill_verdict input_learn(struct input *input, struct mill_stage *stage);

/* Reads until BATCH holds a row: OK.  IDLE: nothing now; END: nothing ever
 * again, or, where the file may grow, not yet. */
enum mill_verdict input_read(struct input *input, struct mill_stage *stage,
                             struct mill_batch *batch, bool follow);

/* Follow: the file won't grow any more, or was cut, so an unfinished last line
 * is a row.  OK: it was; END: there was none. */
enum mill_verdict input_read_rest(struct input *input, struct mill_stage *stage,
                                  struct mill_batch *batch, bool cut);

/* Follow: was the file cut since rows were read from it? */
bool input_is_truncated(const struct input *input);

/* Follow: reads the file again from its beginning, or the file FD, which it
 * takes; the positions go on. */
enum mill_verdict input_restart(struct input *input, struct mill_stage *stage);
enum mill_verdict input_replace(struct input *input, struct mill_stage *stage,
                                int fd);

void input_close(struct input *input);

#endif /* FILE_INPUT_H */
