/* SPDX-License-Identifier: Apache-2.0 */

/*
 * template - text with fields in braces, filled in per batch
 *
 *     {stream} {partition} {from} {pipeline} {stage}
 *     {offset} {offset:010}          plain, or padded with zeros to 1-20 digits
 *     {yyyy} {MM} {dd} {HH} {mm}     of a time, in UTC
 *     {{ }}                          a literal brace
 *
 * A template mostly is a path, and a stream is named by whoever wrote the data.
 * So a name can't leave the folder that the template put it in, nor can two
 * names become one: "/" in a name is filled in as %2F, "%" as %25, and a name
 * that is "." or ".." as %2E or %2E%2E.  In a URL all is encoded that means
 * something there.
 */

#ifndef PLUGIN_TEMPLATE_H
#define PLUGIN_TEMPLATE_H

#include <stdbool.h>
#include <stdint.h>

#include <millrace/plugin.h>

struct template_values {
    const char *stream;
    const char *partition;
    const char *from; /* the stage that the batch came from */
    const char *pipeline;
    const char *stage;
    uint64_t offset;
    int64_t at; /* microseconds UTC */
    bool url;   /* the template is a URL */
};

/* False: WHY says what is wrong: `unknown field {strem} (did you mean
 * "stream"?)`. */
bool template_check(const char *text, struct mill_buffer *why);

/* Appends TEXT, which template_check() found right, with its fields filled in;
 * a value that is NULL as nothing. */
void template_fill(const char *text, const struct template_values *values,
                   struct mill_buffer *to);

/* True where TEXT mentions FIELD. */
bool template_has(const char *text, const char *field);

#endif /* PLUGIN_TEMPLATE_H */
