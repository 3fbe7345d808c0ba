/* SPDX-License-Identifier: Apache-2.0 */

#include "url.h"

#include <stdlib.h>
#include <string.h>

/* What is still to be read, and where the parts are written to. */
struct reader {
    const char *at;
    char *out;
    const char *why; /* the first thing that was wrong, or NULL */
};

static bool
fail(struct reader *reader, const char *why)
{
    if (!reader->why)
        reader->why = why;
    return false;
}

static int
hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
is_letter(char c)
{
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'z';
}

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Decodes the %XX at FROM, of which LEN bytes are left; 0: it is none. */
static char
decode(const char *from, size_t len)
{
    int high = len >= 3 ? hex_digit(from[1]) : -1;
    int low = high >= 0 ? hex_digit(from[2]) : -1;

    return low < 0 ? '\0' : (char)(high * 16 + low);
}

/* Decodes LEN bytes into the block; the part, NUL-terminated. */
static const char *
take(struct reader *reader, const char *from, size_t len)
{
    const char *part = reader->out;

    for (size_t i = 0; i < len; i++) {
        char c = from[i];

        if ((unsigned char)c < ' ' || c == 0x7f)
            fail(reader, "a control character stands in it (write it as %XX)");
        if (c == '%') {
            c = decode(from + i, len - i);
            i += 2;
        }
        if (c == '\0') {
            fail(reader, "a % isn't followed by two hex digits other than 00 "
                         "(write %25 for a % itself)");
            break;
        }
        *reader->out++ = c;
    }
    *reader->out++ = '\0';
    return part;
}

static bool
read_scheme(struct reader *reader, struct url *url)
{
    size_t len = 0;

    while (is_letter(reader->at[len]) || is_digit(reader->at[len])
           || (reader->at[len] && strchr("+-.", reader->at[len])))
        len++;
    if (!is_letter(reader->at[0]) || reader->at[len] != ':')
        return fail(reader, "it doesn't begin with a scheme and a colon");
    url->scheme = reader->out;
    for (size_t i = 0; i < len; i++)
        *reader->out++ = is_letter(reader->at[i]) ? (char)(reader->at[i] | 0x20)
                                                  : reader->at[i];
    *reader->out++ = '\0';
    reader->at += len + 1;
    return true;
}

static bool
read_port(struct reader *reader, struct url *url, const char *text, size_t len)
{
    int port = 0;

    for (size_t i = 0; i < len; i++) {
        if (!is_digit(text[i]))
            return fail(reader, "the port isn't a number");
        port = port * 10 + (text[i] - '0');
        if (port > 65535)
            return fail(reader, "the port is above 65535");
    }
    if (len > 0 && port == 0)
        return fail(reader, "the port is 0");
    url->port = port;
    return true;
}

static bool
read_host(struct reader *reader, struct url *url, const char *text, size_t len)
{
    const char *end = text + len;
    const char *host_end;

    if (len > 0 && *text == '[') {
        host_end = memchr(text, ']', len);
        if (!host_end)
            return fail(reader, "the [ before the host has no ]");
        url->host = take(reader, text + 1, (size_t)(host_end - text - 1));
        host_end++;
    } else {
        host_end = memchr(text, ':', len);
        if (!host_end)
            host_end = end;
        url->host = take(reader, text, (size_t)(host_end - text));
    }
    if (host_end == end)
        return true;
    if (*host_end != ':')
        return fail(reader, "something stands between the ] and the port");
    return read_port(reader, url, host_end + 1, (size_t)(end - host_end - 1));
}

/* A password may hold an @ that nobody encoded; a host can't. */
static const char *
last_at_sign(const char *text, size_t len)
{
    while (len > 0)
        if (text[--len] == '@')
            return text + len;
    return NULL;
}

static bool
read_authority(struct reader *reader, struct url *url)
{
    const char *text = reader->at;
    size_t len = strcspn(text, "/?#");
    const char *at = last_at_sign(text, len);

    if (at) {
        size_t user_len = (size_t)(at - text);
        const char *colon = memchr(text, ':', user_len);

        url->user =
            take(reader, text, colon ? (size_t)(colon - text) : user_len);
        if (colon)
            url->password = take(reader, colon + 1, (size_t)(at - colon - 1));
        text = at + 1;
        len -= user_len + 1;
    }
    reader->at = text + len;
    return read_host(reader, url, text, len);
}

static void
read_pair(struct reader *reader, struct url *url, const char *text, size_t len)
{
    struct url_pair *pair = &url->query[url->query_count++];
    const char *equals = memchr(text, '=', len);
    const char *name_end = equals ? equals : text + len;
    const char *value = equals ? equals + 1 : text + len;

    pair->name = take(reader, text, (size_t)(name_end - text));
    pair->value = take(reader, value, (size_t)(text + len - value));
}

static void
read_query(struct reader *reader, struct url *url)
{
    do {
        size_t len;

        reader->at++;
        len = strcspn(reader->at, "&#");
        if (len > 0)
            read_pair(reader, url, reader->at, len);
        reader->at += len;
    } while (*reader->at == '&');
}

static bool
read_all(struct reader *reader, struct url *url)
{
    size_t len;

    if (!read_scheme(reader, url))
        return false;
    if (strncmp(reader->at, "//", 2) == 0) {
        reader->at += 2;
        if (!read_authority(reader, url))
            return false;
    }
    len = strcspn(reader->at, "?#");
    url->path = take(reader, reader->at, len);
    reader->at += len;
    if (*reader->at == '?')
        read_query(reader, url);
    if (*reader->at == '#')
        return fail(reader, "it ends in a #fragment (write %23 for a # in a "
                            "name or password)");
    return reader->why == NULL;
}

/* A block for all parts: each gets a NUL, and none is longer decoded. */
static bool
make_room(struct url *url, struct reader *reader, const char *text)
{
    size_t pairs = 1;
    size_t parts = 5;

    for (const char *c = text; *c; c++)
        pairs += *c == '&';
    parts += 2 * pairs;
    url->memory = malloc(pairs * sizeof(*url->query) + strlen(text) + parts);
    if (!url->memory)
        return false;
    url->query = (struct url_pair *)(void *)url->memory;
    reader->out = url->memory + pairs * sizeof(*url->query);
    return true;
}

bool
url_parse(struct url *url, const char *text, const char **why)
{
    struct reader reader = { .at = text };
    struct url read = { 0 };

    if (!make_room(&read, &reader, text)) {
        *why = "no memory";
        return false;
    }
    if (!read_all(&reader, &read)) {
        *why = reader.why;
        url_finish(&read);
        return false;
    }
    *url = read;
    return true;
}

const char *
url_query(const struct url *url, const char *name)
{
    for (size_t i = 0; i < url->query_count; i++)
        if (strcmp(url->query[i].name, name) == 0)
            return url->query[i].value;
    return NULL;
}

void
url_finish(struct url *url)
{
    free(url->memory);
    *url = (struct url){ 0 };
}
