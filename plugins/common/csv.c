/* SPDX-License-Identifier: Apache-2.0 */

/* csv - see csv.h */

#include "csv.h"

#include <string.h>

static enum csv_found
whole(struct csv_scan *scan, size_t end)
{
    scan->end = end;
    return scan->found = CSV_WHOLE;
}

static enum csv_found
spoil(struct csv_scan *scan, const char *fault)
{
    scan->fault = fault;
    scan->state = CSV_SPOILT;
    if (scan->first_line == 0)
        return CSV_PART;
    scan->end = scan->first_line;
    scan->lines = 1;
    return scan->found = CSV_BROKEN;
}

static void
count_line(struct csv_scan *scan)
{
    scan->lines++;
    if (scan->first_line == 0)
        scan->first_line = scan->at;
}

/* Ends with the record, or in front of the next field. */
static enum csv_found
pass_plain(struct csv_scan *scan, char delimiter, const char *data, size_t len)
{
    while (scan->at < len && data[scan->at] != delimiter
           && data[scan->at] != '\n')
        scan->at++;
    scan->state = CSV_PLAIN;
    if (scan->at == len)
        return CSV_PART;
    if (data[scan->at++] == '\n') {
        count_line(scan);
        return whole(scan, scan->at);
    }
    scan->state = CSV_FIELD;
    return CSV_PART;
}

/* Ends behind a quote; newlines on the way are counted. */
static void
pass_quoted(struct csv_scan *scan, const char *data, size_t len)
{
    const char *quote = memchr(data + scan->at, '"', len - scan->at);
    size_t end = quote ? (size_t)(quote - data) : len;

    while (scan->at < end) {
        const char *newline = memchr(data + scan->at, '\n', end - scan->at);

        scan->at = newline ? (size_t)(newline - data) + 1 : end;
        if (newline)
            count_line(scan);
    }
    if (!quote)
        return;
    scan->at++;
    scan->state = CSV_QUOTE;
}

/* Takes the byte behind a quote that may have closed the field. */
static enum csv_found
pass_quote(struct csv_scan *scan, char delimiter, char byte)
{
    if (byte == '"' && scan->state == CSV_QUOTE) {
        scan->state = CSV_QUOTED;
    } else if (byte == delimiter && scan->state == CSV_QUOTE) {
        scan->state = CSV_FIELD;
    } else if (byte == '\r' && scan->state == CSV_QUOTE) {
        scan->state = CSV_RETURN;
    } else if (byte == '\n') {
        scan->at++;
        count_line(scan);
        return whole(scan, scan->at);
    } else {
        return spoil(scan, "something other than the delimiter or the record's "
                           "end stands behind a closing quote");
    }
    scan->at++;
    return CSV_PART;
}

/* Looks for the end of a first line that is given up. */
static enum csv_found
pass_spoilt(struct csv_scan *scan, const char *data, size_t len)
{
    const char *newline = memchr(data + scan->at, '\n', len - scan->at);

    scan->at = newline ? (size_t)(newline - data) + 1 : len;
    if (newline)
        count_line(scan);
    return spoil(scan, scan->fault);
}

/* Most records have no quote at all: two searches, and that was it. */
static bool
is_simple(struct csv_scan *scan, const char *data, size_t len)
{
    const char *newline = memchr(data, '\n', len);

    if (!newline || memchr(data, '"', (size_t)(newline - data)))
        return false;
    scan->at = (size_t)(newline - data) + 1;
    count_line(scan);
    whole(scan, scan->at);
    return true;
}

enum csv_found
csv_scan(struct csv_scan *scan, char delimiter, const char *data, size_t len)
{
    if (scan->found == CSV_PART && scan->at == 0 && is_simple(scan, data, len))
        return scan->found;
    while (scan->found == CSV_PART && scan->at < len) {
        switch (scan->state) {
        case CSV_FIELD:
            if (data[scan->at] == '"') {
                scan->at++;
                scan->state = CSV_QUOTED;
                break;
            }
            /* fallthrough */
        case CSV_PLAIN:
            pass_plain(scan, delimiter, data, len);
            break;
        case CSV_QUOTED:
            pass_quoted(scan, data, len);
            break;
        case CSV_SPOILT:
            pass_spoilt(scan, data, len);
            break;
        default:
            pass_quote(scan, delimiter, data[scan->at]);
        }
    }
    return scan->found;
}

enum csv_found
csv_scan_end(struct csv_scan *scan, size_t len)
{
    if (scan->found != CSV_PART)
        return scan->found;
    /* The last line has no newline. */
    if (scan->first_line == 0)
        scan->first_line = len;
    scan->lines++;
    if (scan->state == CSV_SPOILT)
        return spoil(scan, scan->fault);
    if (scan->state == CSV_QUOTED)
        return spoil(scan, "a quote is opened and not closed again");
    return whole(scan, len);
}

enum csv_found
csv_scan_spoil(struct csv_scan *scan, const char *data, size_t len,
               const char *fault)
{
    scan->fault = fault;
    scan->state = CSV_SPOILT;
    if (scan->first_line > 0)
        return spoil(scan, fault);
    return pass_spoilt(scan, data, len);
}

size_t
csv_mark(const char *data, size_t len)
{
    return len >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

size_t
csv_strip(const char *record, size_t len)
{
    if (len > 0 && record[len - 1] == '\n')
        len--;
    if (len > 0 && record[len - 1] == '\r')
        len--;
    return len;
}

/* Cuts off the field in quotes at AT, behind the first; returns where it ends:
 * at a delimiter or at END. */
static char *
cut_quoted(char *at, char *end, struct csv_field *field)
{
    char *text = ++at;

    field->quoted = true;
    field->text = text;
    while ((at = memchr(at, '"', (size_t)(end - at))) && at + 1 < end
           && at[1] == '"') {
        field->doubled = true;
        at += 2;
    }
    /* A whole record has its closing quote. */
    if (!at)
        at = end;
    field->len = (size_t)(at - text);
    return at < end ? at + 1 : end;
}

size_t
csv_cut(char delimiter, char *record, size_t len, struct csv_field *fields,
        size_t most)
{
    char *at = record, *end = record + len;
    size_t count = 0;

    for (;; at++) {
        struct csv_field field = { 0 };

        if (at < end && *at == '"') {
            at = cut_quoted(at, end, &field);
        } else {
            field.text = at;
            at = memchr(at, delimiter, (size_t)(end - at));
            if (!at)
                at = end;
            field.len = (size_t)(at - field.text);
        }
        if (count < most)
            fields[count] = field;
        count++;
        if (at == end)
            return count;
    }
}

void
csv_fold(struct csv_field *field)
{
    size_t to = 0;

    for (size_t from = 0; from < field->len; from++) {
        if (field->text[from] == '"')
            from++;
        field->text[to++] = field->text[from];
    }
    field->len = to;
    field->doubled = false;
}

static bool
needs_quotes(char delimiter, const char *text, size_t len)
{
    /* At a file's beginning it would be taken for a byte order mark. */
    if (csv_mark(text, len) > 0)
        return true;
    return memchr(text, delimiter, len) || memchr(text, '"', len)
           || memchr(text, '\n', len) || memchr(text, '\r', len);
}

void
csv_write(struct mill_buffer *to, char delimiter, const char *text, size_t len,
          bool quote)
{
    const char *end = text + len;
    const char *next;

    if (!quote && (len == 0 || !needs_quotes(delimiter, text, len))) {
        mill_buffer_add(to, text, len);
        return;
    }
    mill_buffer_add(to, "\"", 1);
    while (text < end && (next = memchr(text, '"', (size_t)(end - text)))) {
        mill_buffer_add(to, text, (size_t)(next - text) + 1);
        mill_buffer_add(to, "\"", 1);
        text = next + 1;
    }
    mill_buffer_add(to, text, (size_t)(end - text));
    mill_buffer_add(to, "\"", 1);
}

bool
csv_delimiter(const char *text, char *delimiter)
{
    if (strcmp(text, "\\t") == 0)
        text = "\t";
    *delimiter = text[0];
    return text[0] > 0 && text[1] == '\0' && !strchr("\"\r\n", text[0]);
}
