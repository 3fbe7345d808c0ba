/* SPDX-License-Identifier: Apache-2.0 */

/*
 * ini - the files that AWS's tools keep profiles in
 *
 *     # a comment, as is a line that begins with ;
 *     [section]
 *     name = value          or name: value; the value is the rest of the line
 *     s3 =
 *         indented deeper: belongs to s3, and is passed over
 *
 * Names are the same in any case.  What is there twice counts as it is last.
 */

#ifndef COMMON_AWS_INI_H
#define COMMON_AWS_INI_H

#include <stdbool.h>
#include <stddef.h>

struct ini_entry {
    const char *section;
    const char *name; /* "" for the section itself */
    const char *value;
};

/* Zeroed memory is an empty one. */
struct ini {
    struct ini_entry *entries; /* in the file's order */
    size_t count;
    char *memory; /* the entries' texts */
    size_t size;
};

/*
 * False: *WHY (static text) says what is wrong in *LINE, from 1 on; it never
 * quotes it, for there may be a secret in it.  Line 0: no memory.
 */
bool ini_parse(struct ini *ini, const char *text, size_t *line,
               const char **why);

/* Wipes and frees.  Zeroed memory is fine. */
void ini_finish(struct ini *ini);

#endif /* COMMON_AWS_INI_H */
