/* SPDX-License-Identifier: Apache-2.0 */

#include "plugin/variable.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* What stands between ${ and }. */
struct reference {
    const char *name;
    size_t name_len;
    const char *fallback; /* NULL: none */
    size_t fallback_len;
    const char *end; /* behind the } */
};

static bool
is_name(const char *text, size_t len)
{
    if (len == 0 || isdigit((unsigned char)text[0]))
        return false;
    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)text[i]) && text[i] != '_')
            return false;
    return true;
}

/* AT is at "${".  False: WHY says what is wrong. */
static bool
read_reference(const char *at, struct reference *reference,
               struct mill_buffer *why)
{
    const char *body = at + 2;
    const char *end = strchr(body, '}');
    const char *dash;

    if (!end) {
        mill_buffer_print(why, "a ${ has no } (write $${ for the text ${)");
        return false;
    }
    dash = memmem(body, (size_t)(end - body), ":-", 2);
    *reference = (struct reference){
        .name = body,
        .name_len = (size_t)((dash ? dash : end) - body),
        .fallback = dash ? dash + 2 : NULL,
        .fallback_len = dash ? (size_t)(end - dash - 2) : 0,
        .end = end + 1,
    };
    if (is_name(reference->name, reference->name_len))
        return true;
    mill_buffer_print(why,
                      "${%.*s} names no variable: letters, digits and _, then "
                      "perhaps :-DEFAULT",
                      (int)(end - body), body);
    return false;
}

/* A copy that has an end; the caller's.  NULL: no memory. */
static char *
value_of(const struct reference *reference, struct mill_buffer *why)
{
    char *name = strndup(reference->name, reference->name_len);
    const char *value;
    char *copy = NULL;

    if (!name)
        return NULL;
    value = getenv(name);
    free(name);
    if (reference->fallback && (!value || !*value))
        copy = strndup(reference->fallback, reference->fallback_len);
    else if (value)
        copy = strdup(value);
    else
        mill_buffer_print(why,
                          "${%.*s} is not set, and has no default (write "
                          "${%.*s:-DEFAULT} to give it one)",
                          (int)reference->name_len, reference->name,
                          (int)reference->name_len, reference->name);
    return copy;
}

static void
add_value(struct mill_buffer *to, const char *value, enum variable_use use)
{
    if (use == VARIABLE_URL || use == VARIABLE_URL_TEMPLATE) {
        variable_percent_encode(to, value);
        return;
    }
    for (; *value; value++) {
        mill_buffer_add(to, value, 1);
        if (use == VARIABLE_TEMPLATE && (*value == '{' || *value == '}'))
            mill_buffer_add(to, value, 1);
    }
}

/* Moves *AT behind the reference that it is at. */
static bool
expand_one(const char **at, enum variable_use use, struct mill_buffer *to,
           struct mill_buffer *why)
{
    struct reference reference;
    char *value;

    if (!read_reference(*at, &reference, why))
        return false;
    value = value_of(&reference, why);
    if (!value) {
        if (why->len == 0)
            mill_buffer_print(why, "no memory");
        return false;
    }
    add_value(to, value, use);
    free(value);
    *at = reference.end;
    return true;
}

/* How a value is put in that TEXT begins with. */
static enum variable_use
use_at_start(enum variable_use use)
{
    if (use == VARIABLE_URL)
        return VARIABLE_PLAIN;
    return use == VARIABLE_URL_TEMPLATE ? VARIABLE_TEMPLATE : use;
}

bool
variable_expand(const char *text, enum variable_use use, struct mill_buffer *to,
                struct mill_buffer *why)
{
    const char *at = text;

    while (*at) {
        const char *dollar = strchr(at, '$');

        if (!dollar)
            dollar = at + strlen(at);
        mill_buffer_add(to, at, (size_t)(dollar - at));
        at = dollar;
        if (strncmp(at, "$${", 3) == 0) {
            mill_buffer_add(to, "${", 2);
            at += 3;
        } else if (strncmp(at, "${", 2) == 0) {
            if (!expand_one(&at, at == text ? use_at_start(use) : use, to, why))
                return false;
        } else if (*at) {
            mill_buffer_add(to, at++, 1);
        }
    }
    return true;
}

bool
variable_used(const char *text)
{
    for (const char *at = strstr(text, "${"); at; at = strstr(at + 2, "${"))
        if (at == text || at[-1] != '$')
            return true;
    return false;
}

void
variable_percent_encode(struct mill_buffer *to, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if (isalnum(c) || strchr("-._~", c))
            mill_buffer_add(to, text, 1);
        else
            mill_buffer_print(to, "%%%02X", c);
    }
}
