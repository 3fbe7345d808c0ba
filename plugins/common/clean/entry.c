/* SPDX-License-Identifier: Apache-2.0 */

/* entry - see entry.h */

#include "clean/entry.h"

#include <stdlib.h>
#include <string.h>

size_t
entry_name_length(const char *text, const char *stops)
{
    size_t len = 0;

    while (text[len] && !strchr(stops, text[len]))
        len += text[len] == '\\' && text[len + 1] ? 2 : 1;
    return len;
}

char *
entry_unescape(const char *text, size_t len)
{
    char *copy = malloc(len + 1);
    size_t to = 0;

    for (size_t i = 0; copy && i < len; i++) {
        if (text[i] == '\\' && i + 1 < len)
            i++;
        copy[to++] = text[i];
    }
    if (copy)
        copy[to] = '\0';
    return copy;
}

enum mill_verdict
entry_cut(struct mill_stage *stage, const char *option, const char *entry,
          const char *form, char **column, const char **rest)
{
    size_t len = entry_name_length(entry, ":");

    if (len == 0 || entry[len] != ':')
        return mill_fail(stage, MILL_FATAL, "%s: \"%s\" isn't of the form %s",
                         option, entry, form);
    *column = entry_unescape(entry, len);
    *rest = entry + len + 1;
    return *column ? MILL_OK
                   : mill_fail(stage, MILL_FATAL, "no memory for the options");
}

enum mill_verdict
entry_type(struct mill_stage *stage, const char *option, const char *column,
           const char *name, enum cast_type *type)
{
    if (cast_type_named(name, strlen(name), type))
        return MILL_OK;
    return mill_fail(stage, MILL_FATAL,
                     "%s: \"%s\": there is no type \"%s\" (int, count, "
                     "float, number, text, bool, timestamp, json)",
                     option, column, name);
}
