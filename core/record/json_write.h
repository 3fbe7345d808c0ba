/* SPDX-License-Identifier: Apache-2.0 */

/* json_write - what the files of the writer share */

#ifndef RECORD_JSON_WRITE_H
#define RECORD_JSON_WRITE_H

#include <string.h>

#include <millrace/json.h>

/* The most that json_put_integer() and json_put_double() write. */
#define JSON_INTEGER_ROOM 20
#define JSON_DOUBLE_ROOM 40

/* Each writes at TO and returns where it ends. */
char *json_put_integer(char *to, int64_t integer);

/* The shortest text that reads back the same, with a point or an exponent; null
 * where it isn't finite, for which JSON has no text. */
char *json_put_double(char *to, double real);

/* As Java's Double.toString() has it: 1.0, 1.0E7, 5.0E-4. */
char *json_put_java_double(char *to, double real);

/* TEXT is a number as JSON spells it. */
bool json_is_number(const char *text, size_t len);

/* What stands from START on is members, each behind a comma: makes an object of
 * them. */
void json_close_object(struct mill_buffer *to, size_t start);

/* Text that is written as it is. */
static inline bool
json_is_plain(const struct mill_value *value,
              const struct mill_json_style *style)
{
    return value->type == MILL_TEXT && value->flags & MILL_PLAIN
           && !style->escape_astral;
}

/* Most text is short: blocks of which the last two overlap are quicker than a
 * call. */
static inline void
json_copy_text(char *to, const char *from, size_t len)
{
    if (len > 256) {
        memcpy(to, from, len);
    } else if (len >= 32) {
        for (size_t i = 0; i < len - 32; i += 32)
            memcpy(to + i, from + i, 32);
        memcpy(to + len - 32, from + len - 32, 32);
    } else if (len >= 16) {
        memcpy(to, from, 16);
        memcpy(to + len - 16, from + len - 16, 16);
    } else if (len >= 8) {
        memcpy(to, from, 8);
        memcpy(to + len - 8, from + len - 8, 8);
    } else if (len >= 4) {
        memcpy(to, from, 4);
        memcpy(to + len - 4, from + len - 4, 4);
    } else {
        while (len-- > 0)
            *to++ = *from++;
    }
}

/* Writes at TO, where there is room. */
static inline char *
json_put_plain(char *to, const struct mill_value *value)
{
    *to++ = '"';
    json_copy_text(to, value->text, value->len);
    to += value->len;
    *to++ = '"';
    return to;
}

#endif /* RECORD_JSON_WRITE_H */
