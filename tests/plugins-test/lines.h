/* SPDX-License-Identifier: Apache-2.0 */

/*
 * lines - what the test sinks have in common: rows appended to a file as JSON
 * lines, with no more promise than a write() gives
 */

#ifndef TESTS_LINES_H
#define TESTS_LINES_H

#include <millrace/plugin.h>

/* Opens PATH for appending; NULL is no file.  *FD is -1 where there is none. */
enum mill_verdict lines_open(struct mill_stage *stage, const char *path,
                             int *fd);

/* Appends all rows but those for which SKIP (one a row; NULL: none) is true; to
 * FD -1 nothing. */
enum mill_verdict lines_write(struct mill_stage *stage, int fd,
                              struct mill_batch *batch, const bool *skip);

/* Nanoseconds of a clock that only goes forward. */
int64_t lines_now(void);

#endif /* TESTS_LINES_H */
