/* SPDX-License-Identifier: Apache-2.0 */

#include "plugin/template.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "plugin/fault.h"
#include "plugin/variable.h"

#define FIELD_MAX 32
#define WIDTH_MAX 20 /* digits of UINT64_MAX */

enum part_type { PART_END, PART_TEXT, PART_FIELD, PART_BAD };

/* A piece of a template: literal text, or the field in braces. */
struct part {
    enum part_type type;
    const char *text; /* literal; of a field what is between the braces */
    size_t len;
    const char *bad; /* PART_BAD: what is wrong */
};

static const char *const fields[] = { "stream", "partition", "from", "pipeline",
                                      "stage",  "offset",    "yyyy", "MM",
                                      "dd",     "HH",        "mm" };
#define FIELD_COUNT (sizeof(fields) / sizeof(fields[0]))

/* Reads what *AT is at and moves behind it. */
static struct part
next_part(const char **at)
{
    const char *text = *at;
    size_t len = strcspn(text, "{}");
    const char *end;

    if (len > 0) {
        *at = text + len;
        return (struct part){ PART_TEXT, text, len, NULL };
    }
    if (*text == '\0')
        return (struct part){ .type = PART_END };
    *at = text + 2;
    if (text[1] == text[0])
        return (struct part){ PART_TEXT, text, 1, NULL };
    if (*text == '}')
        return (struct part){ .type = PART_BAD,
                              .bad = "a } has no { (write }} for a brace)" };
    end = text + 1 + strcspn(text + 1, "{}");
    if (*end != '}')
        return (struct part){ .type = PART_BAD,
                              .bad = "a { has no } (write {{ for a brace)" };
    *at = end + 1;
    return (struct part){ PART_FIELD, text + 1, (size_t)(end - text - 1),
                          NULL };
}

static bool
is_field(const struct part *part, const char *field)
{
    return strlen(field) == part->len
           && memcmp(field, part->text, part->len) == 0;
}

/* "offset" or "offset:0N": how wide; 0: as it comes; -1: something else. */
static int
offset_width(const struct part *part)
{
    static const char prefix[] = "offset:0";
    size_t prefix_len = sizeof(prefix) - 1;
    int width = 0;

    if (is_field(part, "offset"))
        return 0;
    if (part->len <= prefix_len || part->len > prefix_len + 2
        || memcmp(part->text, prefix, prefix_len) != 0)
        return -1;
    for (size_t i = prefix_len; i < part->len; i++) {
        if (part->text[i] < '0' || part->text[i] > '9')
            return -1;
        width = width * 10 + (part->text[i] - '0');
    }
    return width >= 1 && width <= WIDTH_MAX ? width : -1;
}

static bool
check_field(const struct part *part, struct mill_buffer *why)
{
    char name[FIELD_MAX + 1];

    for (size_t i = 0; i < FIELD_COUNT; i++)
        if (is_field(part, fields[i]))
            return true;
    if (offset_width(part) >= 0)
        return true;
    if (part->len >= 7 && memcmp(part->text, "offset:", 7) == 0) {
        mill_buffer_print(why,
                          "{%.*s}: the width of an offset is written "
                          "{offset:010}, at most {offset:020}",
                          (int)part->len, part->text);
        return false;
    }
    snprintf(name, sizeof(name), "%.*s", (int)part->len, part->text);
    mill_buffer_print(why, "unknown field {%.*s}", (int)part->len, part->text);
    suggest(why, name, fields, FIELD_COUNT);
    return false;
}

bool
template_check(const char *text, struct mill_buffer *why)
{
    for (;;) {
        struct part part = next_part(&text);

        if (part.type == PART_END)
            return true;
        if (part.type == PART_BAD) {
            mill_buffer_print(why, "%s", part.bad);
            return false;
        }
        if (part.type == PART_FIELD && !check_field(&part, why))
            return false;
    }
}

/* See the header for what a name may not do. */
static void
fill_name(const struct template_values *values, struct mill_buffer *to,
          const char *name)
{
    if (!name)
        return;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        for (; *name; name++)
            mill_buffer_add(to, "%2E", 3);
        return;
    }
    if (values->url) {
        variable_percent_encode(to, name);
        return;
    }
    while (*name) {
        size_t len = strcspn(name, "/%");

        mill_buffer_add(to, name, len);
        name += len;
        if (*name)
            mill_buffer_add(to, *name++ == '/' ? "%2F" : "%25", 3);
    }
}

static void
fill_time(struct mill_buffer *to, const struct part *part, int64_t at)
{
    time_t seconds = (time_t)(at / 1000000 - (at % 1000000 < 0));
    struct tm tm;

    if (!gmtime_r(&seconds, &tm))
        return;
    if (is_field(part, "yyyy"))
        mill_buffer_print(to, "%04d", tm.tm_year + 1900);
    else if (is_field(part, "MM"))
        mill_buffer_print(to, "%02d", tm.tm_mon + 1);
    else if (is_field(part, "dd"))
        mill_buffer_print(to, "%02d", tm.tm_mday);
    else if (is_field(part, "HH"))
        mill_buffer_print(to, "%02d", tm.tm_hour);
    else if (is_field(part, "mm"))
        mill_buffer_print(to, "%02d", tm.tm_min);
}

static void
fill_field(const struct part *part, const struct template_values *values,
           struct mill_buffer *to)
{
    int width = offset_width(part);

    if (width >= 0)
        mill_buffer_print(to, "%0*" PRIu64, width, values->offset);
    else if (is_field(part, "stream"))
        fill_name(values, to, values->stream);
    else if (is_field(part, "partition"))
        fill_name(values, to, values->partition);
    else if (is_field(part, "from"))
        fill_name(values, to, values->from);
    else if (is_field(part, "pipeline"))
        fill_name(values, to, values->pipeline);
    else if (is_field(part, "stage"))
        fill_name(values, to, values->stage);
    else
        fill_time(to, part, values->at);
}

void
template_fill(const char *text, const struct template_values *values,
              struct mill_buffer *to)
{
    for (;;) {
        struct part part = next_part(&text);

        if (part.type == PART_END || part.type == PART_BAD)
            return;
        if (part.type == PART_TEXT)
            mill_buffer_add(to, part.text, part.len);
        else
            fill_field(&part, values, to);
    }
}

bool
template_has(const char *text, const char *field)
{
    for (;;) {
        struct part part = next_part(&text);

        if (part.type == PART_END || part.type == PART_BAD)
            return false;
        if (part.type == PART_FIELD
            && (is_field(&part, field)
                || (strcmp(field, "offset") == 0 && offset_width(&part) > 0)))
            return true;
    }
}

bool
mill_template_check(const char *text, struct mill_buffer *why)
{
    return template_check(text, why);
}

bool
mill_template_has(const struct mill_template *tmpl, const char *field)
{
    return tmpl->text && template_has(tmpl->text, field);
}
