/* SPDX-License-Identifier: Apache-2.0 */

/* file - what the parts of the source `file` share */

#ifndef FILE_FILE_H
#define FILE_FILE_H

#include "input.h"

struct file_source {
    const char *const *path;
    const char *format;
    bool follow;
    bool header;
    const char *delimiter;
    const char *null;
    const char *const *columns;
    const char *const *types;

    struct input_manner manner;
    struct table_rules rules;
    struct input *inputs;
    size_t count;
    size_t at;   /* the input that is read, or where the next round begins */
    int inotify; /* follow; -1: not open */
};

/* Adds the files that the paths lead to now and that aren't known yet. */
enum mill_verdict file_find(struct file_source *source,
                            struct mill_stage *stage);

/* As reading is with `follow`: all files in turn, and then waiting. */
enum mill_verdict follow_open(struct file_source *source,
                              struct mill_stage *stage);
enum mill_verdict follow_read(struct file_source *source,
                              struct mill_stage *stage,
                              struct mill_batch *batch);

#endif /* FILE_FILE_H */
