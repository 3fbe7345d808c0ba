/* SPDX-License-Identifier: Apache-2.0 */

/*
 * fault - what is wrong with a definition, all of it, with file and line
 *
 * Whoever finds a fault adds it and goes on looking, so that one `check` shows
 * all of them.  A list that ran out of memory isn't empty: faults_any() still
 * says true, and the last line printed says that some are missing.
 */

#ifndef PLUGIN_FAULT_H
#define PLUGIN_FAULT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <millrace/json.h>

struct fault {
    char *file;
    int line; /* 0: the file as a whole */
    char *message;
};

/* Zeroed memory is an empty list. */
struct faults {
    struct fault *items;
    size_t count;
    size_t room;
    size_t lost; /* for want of memory */
};

/* Copies FILE and the message: lower case, no full stop, no secret. */
void faults_add(struct faults *faults, const char *file, int line,
                const char *format, ...) __attribute__((format(printf, 4, 5)));

/* A message with what its reporter knows and the format doesn't: FORMAT filled
 * in, for the caller to free.  NULL: no memory. */
char *fault_text(const char *format, va_list args)
    __attribute__((format(printf, 1, 0)));

bool faults_any(const struct faults *faults);

/* True where this line of FILE has one. */
bool faults_at(const struct faults *faults, const char *file, int line);

/* By file, then by line; those of one line stay as they were added. */
void faults_sort(struct faults *faults);

/* Sorts, then one line each: "file:line: message". */
void faults_print(struct faults *faults, FILE *to);

/* Leaves an empty list. */
void faults_finish(struct faults *faults);

/*
 * Appends what may have been meant instead of WORD, which is none of the COUNT
 * candidates: ` (did you mean "bucket"?)` where one or two are near enough,
 * else all of them: ` (there are: bucket, key, region)`; nothing where COUNT is
 * 0.
 */
void suggest(struct mill_buffer *to, const char *word,
             const char *const *candidates, size_t count);

#endif /* PLUGIN_FAULT_H */
