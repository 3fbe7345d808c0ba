/* SPDX-License-Identifier: Apache-2.0 */

/*
 * log - what the program says on stderr while it runs
 *
 * A line an event, as text or as one JSON object:
 *
 *     2026-11-23T18:00:00.123Z warn pinterest.cfg:12: stage "lake": cannot ...
 *
 * Any thread may write; a line is written whole.  A progress line on a terminal
 * is taken away before a log line and drawn again by its owner.
 */

#ifndef RUNTIME_LOG_H
#define RUNTIME_LOG_H

#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>

#include <millrace/json.h>
#include <millrace/plugin.h>

struct log {
    enum mill_level least; /* what is less than this is not written */
    bool json;
    int fd;
    pthread_mutex_t lock;
    bool drawn; /* a progress line stands on the terminal */
};

void log_init(struct log *log, int fd, enum mill_level least, bool json);
void log_finish(struct log *log);

/* Where a line comes from; any of these may be NULL. */
struct log_place {
    const char *pipeline;
    const char *file;
    int line;
    const char *stage;
    const char *members; /* of a JSON line, behind these: ,"rows":3,"dead":0 */
};

bool log_wants(const struct log *log, enum mill_level level);

void log_line(struct log *log, enum mill_level level,
              const struct log_place *place, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void log_vline(struct log *log, enum mill_level level,
               const struct log_place *place, const char *format,
               va_list values) __attribute__((format(printf, 4, 0)));

/* An error's line as log_line() writes it, but without a time: for one that is
 * made before it is needed. */
void log_print_untimed(const struct log *log, const struct log_place *place,
                       const char *text, struct mill_buffer *to);

/* Draws TEXT in place of the last progress line; "" takes it away. */
void log_progress(struct log *log, const char *text);

#endif /* RUNTIME_LOG_H */
