/* SPDX-License-Identifier: Apache-2.0 */

/* json_text - texts with escapes, which are written anew into the arena */

#include "record/json_read.h"

/* The closing quote of a text, from AT on. */
static const char *
find_quote(struct json_reader *reader, const char *at)
{
    uint32_t high = 0;

    while (true) {
        at = scan_text(at, reader->begin, reader->end, &high);
        if (at == reader->end)
            return json_fault(reader, at, "a text isn't closed");
        if (*at == '"')
            return at;
        if (*at != '\\')
            return json_fault(reader, at, "a control character in a text");
        if (reader->end - at < 2)
            return json_fault(reader, reader->end, "a text isn't closed");
        at += 2;
    }
}

static int
hex_digit(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

/* The four digits behind \u, at AT; -1 where there aren't as many. */
static long
read_hex(const char *at, const char *end)
{
    long unit = 0;

    if (end - at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(at[i]);

        if (digit < 0)
            return -1;
        unit = unit << 4 | digit;
    }
    return unit;
}

/* AT is behind \u.  A surrogate has to have its other half: what stands alone
 * is no character, and no UTF-8 could hold it. */
static const char *
read_unicode(struct json_reader *reader, const char *at, const char *end,
             uint32_t *character)
{
    long unit = read_hex(at, end);

    if (unit < 0)
        return json_fault(reader, at, "four hex digits are missing");
    *character = (uint32_t)unit;
    if (unit < 0xd800 || unit > 0xdfff)
        return at + 4;
    long low = end - at >= 6 && at[4] == '\\' && at[5] == 'u'
                   ? read_hex(at + 6, end)
                   : -1;
    if (unit > 0xdbff || low < 0xdc00 || low > 0xdfff)
        return json_fault(reader, at, "half a surrogate pair");
    *character =
        0x10000 + (((uint32_t)unit & 0x3ff) << 10) + ((uint32_t)low & 0x3ff);
    return at + 10;
}

/* AT is behind the backslash. */
static const char *
read_escape(struct json_reader *reader, const char *at, const char *end,
            uint32_t *character)
{
    static const char from[] = "\"\\/bfnrt";
    static const char to[] = "\"\\/\b\f\n\r\t";

    if (*at == 'u')
        return read_unicode(reader, at + 1, end, character);
    const char *found = *at ? strchr(from, *at) : NULL;
    if (!found)
        return json_fault(reader, at, "an unknown escape");
    *character = (unsigned char)to[found - from];
    return at + 1;
}

/* Unescapes BEGIN .. QUOTE to TO; returns where it ends there. */
static char *
unescape(struct json_reader *reader, const char *begin, const char *quote,
         char *to, bool *plain)
{
    const char *at = begin;

    while (at < quote) {
        const char *escape = memchr(at, '\\', (size_t)(quote - at));
        const char *stop = escape ? escape : quote;

        if (!utf8_valid(at, stop)) {
            json_fault(reader, utf8_check(at, stop), "invalid UTF-8");
            return NULL;
        }
        memcpy(to, at, (size_t)(stop - at));
        to += stop - at;
        if (!escape)
            break;
        uint32_t character;
        at = read_escape(reader, escape + 1, quote, &character);
        if (!at)
            return NULL;
        *plain &=
            character > 0x7f || !scan_is_special((unsigned char)character);
        to = utf8_put(to, character);
    }
    return to;
}

const char *
json_read_escaped(struct json_reader *reader, const char *begin, const char *at,
                  struct mill_value *value)
{
    const char *quote = find_quote(reader, at);
    bool plain = true;

    if (!quote)
        return NULL;
    /* No escape is shorter than what it stands for. */
    size_t room;
    char *text = arena_reserve(reader->arena, (size_t)(quote - begin), &room);
    if (!text)
        return json_no_memory(reader, begin);
    char *end = unescape(reader, begin, quote, text, &plain);
    if (!end)
        return NULL;
    size_t len = (size_t)(end - text);
    arena_use(reader->arena, len);
    *value = (struct mill_value){ .type = MILL_TEXT,
                                  .flags = plain ? MILL_PLAIN : 0,
                                  .len = (uint32_t)len,
                                  .text = text };
    return quote + 1;
}
