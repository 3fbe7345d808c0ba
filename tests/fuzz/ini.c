/* SPDX-License-Identifier: Apache-2.0 */

/*
 * ini - any text is entries, or refused with a line that it has; and entries
 * written down again are read as they were
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <millrace/json.h>

#include "aws/ini.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool right)
{
    if (!right)
        abort();
}

static void
write_down(struct mill_buffer *to, const struct ini *ini)
{
    for (size_t i = 0; i < ini->count; i++) {
        const struct ini_entry *entry = &ini->entries[i];

        if (entry->name[0])
            mill_buffer_print(to, "%s=%s\n", entry->name, entry->value);
        else
            mill_buffer_print(to, "[%s]\n", entry->section);
    }
}

static void
check_round_trip(const struct ini *ini)
{
    struct mill_buffer text = { 0 };
    struct ini again = { 0 };
    const char *why;
    size_t line;

    write_down(&text, ini);
    require(ini_parse(&again, mill_buffer_text(&text), &line, &why));
    require(again.count == ini->count);
    for (size_t i = 0; i < ini->count; i++) {
        const struct ini_entry *a = &ini->entries[i];
        const struct ini_entry *b = &again.entries[i];

        require(strcmp(a->section, b->section) == 0);
        require(strcmp(a->name, b->name) == 0);
        require(strcmp(a->value, b->value) == 0);
    }
    ini_finish(&again);
    mill_buffer_finish(&text);
}

static size_t
count_lines(const char *text)
{
    size_t lines = 1;

    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = strndup((const char *)data, size);
    struct ini ini = { 0 };
    const char *why;
    size_t line;

    if (!text)
        return 0;
    if (ini_parse(&ini, text, &line, &why))
        check_round_trip(&ini);
    else
        require(why && line > 0 && line <= count_lines(text));
    ini_finish(&ini);
    free(text);
    return 0;
}
