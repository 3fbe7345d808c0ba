/* SPDX-License-Identifier: Apache-2.0 */

#include "aws/ini.h"

#include <stdlib.h>
#include <string.h>

static const char blanks[] = " \t\r\v\f";

struct reader {
    const char *section;
    bool has_name; /* of this section, in the lines before */
    size_t indent; /* of the last name */
};

static void
add(struct ini *ini, const char *section, const char *name, const char *value)
{
    ini->entries[ini->count++] = (struct ini_entry){ section, name, value };
}

/* Cuts the blanks off the end. */
static void
trim_end(char *text)
{
    size_t len = strlen(text);

    while (len > 0 && strchr(blanks, text[len - 1]))
        len--;
    text[len] = '\0';
}

static const char *
read_section(struct ini *ini, struct reader *reader, char *text)
{
    char *end = strchr(text, ']');

    if (!end)
        return "a [ has no ]";
    *end = '\0';
    text += strspn(text, blanks);
    trim_end(text);
    if (!*text)
        return "a section has no name";
    *reader = (struct reader){ .section = text };
    add(ini, text, "", "");
    return NULL;
}

static const char *
read_pair(struct ini *ini, struct reader *reader, char *text)
{
    char *middle = text + strcspn(text, "=:");

    if (!*middle)
        return "it is neither a [section] nor name = value";
    if (!reader->section)
        return "a name stands before the first [section]";
    *middle++ = '\0';
    trim_end(text);
    middle += strspn(middle, blanks);
    trim_end(middle);
    if (!*text)
        return "a value has no name";
    add(ini, reader->section, text, middle);
    return NULL;
}

static const char *
read_line(struct ini *ini, struct reader *reader, char *line)
{
    size_t indent = strspn(line, blanks);

    line += indent;
    if (!*line || *line == '#' || *line == ';')
        return NULL;
    if (reader->has_name && indent > reader->indent)
        return NULL;
    if (*line == '[')
        return read_section(ini, reader, line + 1);
    reader->has_name = true;
    reader->indent = indent;
    return read_pair(ini, reader, line);
}

bool
ini_parse(struct ini *ini, const char *text, size_t *line, const char **why)
{
    struct reader reader = { 0 };
    struct ini read = { .memory = strdup(text), .size = strlen(text) };
    size_t lines = 1;

    for (const char *c = text; *c; c++)
        lines += *c == '\n';
    read.entries = calloc(lines, sizeof(*read.entries));
    *why = read.memory && read.entries ? NULL : "no memory";
    *line = 0;
    for (char *at = read.memory; at && !*why;) {
        char *end = strchr(at, '\n');

        if (end)
            *end++ = '\0';
        ++*line;
        *why = read_line(&read, &reader, at);
        at = end;
    }
    if (*why) {
        ini_finish(&read);
        return false;
    }
    *ini = read;
    return true;
}

void
ini_finish(struct ini *ini)
{
    if (ini->memory)
        explicit_bzero(ini->memory, ini->size);
    free(ini->memory);
    free(ini->entries);
    *ini = (struct ini){ 0 };
}
