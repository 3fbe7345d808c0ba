/* SPDX-License-Identifier: Apache-2.0 */

/* scan - see scan.h */

#include "scan.h"

#include <string.h>

static bool
is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int
hex(char c)
{
    if (is_digit(c))
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The four digits at AT, or -1. */
static int
hex4(const char *at, const char *end)
{
    int code = 0;

    if (end - at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int digit = hex(at[i]);

        if (digit < 0)
            return -1;
        code = code << 4 | digit;
    }
    return code;
}

const char *
scan_blank(struct scan *scan, const char *at)
{
    for (; at < scan->end && is_blank(*at); at++)
        scan->blanks = true;
    return at;
}

/* What follows the escape at AT. */
static const char *
scan_escape(struct scan *scan, const char *at)
{
    if (scan->end - at < 2)
        return scan_fail(scan, at, "a text has no end");
    if (memchr("\"\\/bfnrt", at[1], 8))
        return at + 2;
    if (at[1] != 'u' || hex4(at + 2, scan->end) < 0)
        return scan_fail(scan, at, "not an escape");
    return at + 6;
}

const char *
scan_text(struct scan *scan, const char *at, struct mill_bytes *content)
{
    const char *begin = at + 1;

    if (at == scan->end || *at != '"')
        return scan_fail(scan, at, "a text is missing");
    for (at = begin; at && at < scan->end && *at != '"';) {
        if ((unsigned char)*at < 0x20)
            return scan_fail(scan, at, "a control character in a text");
        at = *at == '\\' ? scan_escape(scan, at) : at + 1;
    }
    if (!at)
        return NULL;
    if (at == scan->end)
        return scan_fail(scan, at, "a text has no end");
    *content = (struct mill_bytes){ begin, (size_t)(at - begin) };
    return at + 1;
}

static const char *
scan_digits(struct scan *scan, const char *at)
{
    if (at == scan->end || !is_digit(*at))
        return scan_fail(scan, at, "a digit is missing");
    while (at < scan->end && is_digit(*at))
        at++;
    return at;
}

/* The character at AT; 0 at the end. */
static char
peek(const struct scan *scan, const char *at)
{
    return at < scan->end ? *at : '\0';
}

static const char *
scan_exponent(struct scan *scan, const char *at)
{
    char sign = peek(scan, at);

    return scan_digits(scan, sign == '+' || sign == '-' ? at + 1 : at);
}

static const char *
scan_number(struct scan *scan, const char *at)
{
    if (*at == '-')
        at++;
    if (peek(scan, at) == '0' && is_digit(peek(scan, at + 1)))
        return scan_fail(scan, at, "a number starts with 0");
    at = scan_digits(scan, at);
    if (at && peek(scan, at) == '.')
        at = scan_digits(scan, at + 1);
    if (at && (peek(scan, at) == 'e' || peek(scan, at) == 'E'))
        at = scan_exponent(scan, at + 1);
    return at;
}

static const char *
scan_word(struct scan *scan, const char *at, const char *word)
{
    size_t len = strlen(word);

    if ((size_t)(scan->end - at) < len || memcmp(at, word, len) != 0)
        return scan_fail(scan, at, "a value is missing");
    return at + len;
}

const char *
scan_step(struct scan *scan, const char *at, char close, bool first, bool *over)
{
    at = scan_blank(scan, at);
    *over = at < scan->end && *at == close;
    if (*over)
        return at + 1;
    if (first)
        return at;
    if (at == scan->end || *at != ',')
        return scan_fail(scan, at, "a comma is missing");
    at = scan_blank(scan, at + 1);
    if (at < scan->end && *at == close)
        return scan_fail(scan, at, "a value is missing");
    return at;
}

const char *
scan_name(struct scan *scan, const char *at, struct mill_bytes *name)
{
    at = scan_text(scan, at, name);
    if (!at)
        return NULL;
    at = scan_blank(scan, at);
    if (at == scan->end || *at != ':')
        return scan_fail(scan, at, "a colon is missing");
    return scan_blank(scan, at + 1);
}

static const char *
scan_items(struct scan *scan, const char *at, char close)
{
    struct mill_bytes name;
    bool over = false;

    if (++scan->depth > MILL_JSON_DEPTH)
        return scan_fail(scan, at, "lists and maps nest too deep");
    at = scan_step(scan, at + 1, close, true, &over);
    while (at && !over) {
        if (close == '}')
            at = scan_name(scan, at, &name);
        if (at)
            at = scan_value(scan, at);
        if (at)
            at = scan_step(scan, at, close, false, &over);
    }
    scan->depth--;
    return at;
}

const char *
scan_value(struct scan *scan, const char *at)
{
    struct mill_bytes content;

    if (at == scan->end)
        return scan_fail(scan, at, "a value is missing");
    switch (*at) {
    case '{':
        return scan_items(scan, at, '}');
    case '[':
        return scan_items(scan, at, ']');
    case '"':
        return scan_text(scan, at, &content);
    case 't':
        return scan_word(scan, at, "true");
    case 'f':
        return scan_word(scan, at, "false");
    case 'n':
        return scan_word(scan, at, "null");
    default:
        if (*at == '-' || is_digit(*at))
            return scan_number(scan, at);
        return scan_fail(scan, at, "a value is missing");
    }
}

size_t
scan_compact(char *text, size_t len)
{
    const char *end = text + len;
    char *to = text;
    bool inside = false;

    for (const char *at = text; at < end; at++) {
        if (inside && *at == '\\')
            *to++ = *at++;
        else if (*at == '"')
            inside = !inside;
        else if (!inside && is_blank(*at))
            continue;
        *to++ = *at;
    }
    return (size_t)(to - text);
}

static size_t
put_utf8(char *to, uint32_t code)
{
    if (code < 0x80) {
        to[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        to[0] = (char)(0xc0 | code >> 6);
        to[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        to[0] = (char)(0xe0 | code >> 12);
        to[1] = (char)(0x80 | (code >> 6 & 0x3f));
        to[2] = (char)(0x80 | (code & 0x3f));
        return 3;
    }
    to[0] = (char)(0xf0 | code >> 18);
    to[1] = (char)(0x80 | (code >> 12 & 0x3f));
    to[2] = (char)(0x80 | (code >> 6 & 0x3f));
    to[3] = (char)(0x80 | (code & 0x3f));
    return 4;
}

/* The character of the \u at *AT, which is moved behind it; -1: half a pair. */
static int32_t
unescape_code(const char **at, const char *end)
{
    int32_t code = hex4(*at + 2, end);

    *at += 6;
    if (code < 0xd800 || code > 0xdfff)
        return code;
    if (code > 0xdbff || end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u')
        return -1;

    int32_t low = hex4(*at + 2, end);

    if (low < 0xdc00 || low > 0xdfff)
        return -1;
    *at += 6;
    return 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
}

bool
scan_unescape(char *to, const char *text, size_t len, size_t *out)
{
    static const char from[] = "bfnrt";
    static const char into[] = "\b\f\n\r\t";
    const char *end = text + len;
    char *begin = to;

    while (text < end) {
        if (*text != '\\') {
            *to++ = *text++;
        } else if (text[1] == 'u') {
            int32_t code = unescape_code(&text, end);

            if (code < 0)
                return false;
            to += put_utf8(to, (uint32_t)code);
        } else {
            const char *found = memchr(from, text[1], sizeof(from) - 1);

            *to++ = found ? into[found - from] : text[1];
            text += 2;
        }
    }
    *out = (size_t)(to - begin);
    return true;
}
