/* SPDX-License-Identifier: Apache-2.0 */

/* ask - what the providers share: what was said, where to look, what to say */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/provider.h"

/* A larger token isn't one. */
#define FILE_MAX (64 * 1024)

bool
aws_ask_start(struct aws_ask *ask, const struct aws_options *options,
              int64_t now)
{
    *ask = (struct aws_ask){ .options = options, .now = now };
    return profiles_read(&ask->profiles, &ask->why);
}

void
aws_ask_finish(struct aws_ask *ask)
{
    profiles_finish(&ask->profiles);
    mill_buffer_finish(&ask->why);
}

/* --- what to say --- */

static void __attribute__((format(printf, 2, 0)))
say(struct aws_ask *ask, const char *format, va_list args)
{
    char text[1024];

    vsnprintf(text, sizeof(text), format, args);
    ask->why.len = 0;
    mill_buffer_print(&ask->why, "%s", text);
}

void
aws_say(struct aws_ask *ask, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(ask, format, args);
    va_end(args);
}

enum aws_answer
aws_pass(struct aws_ask *ask, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(ask, format, args);
    va_end(args);
    return AWS_PASS;
}

enum aws_answer
aws_fail(struct aws_ask *ask, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(ask, format, args);
    va_end(args);
    return AWS_FAIL;
}

/* --- where to look --- */

const char *
aws_env(const char *name)
{
    const char *value = getenv(name);

    return value && *value ? value : NULL;
}

bool
aws_env_is_true(const char *name)
{
    const char *value = aws_env(name);

    return value && strcasecmp(value, "true") == 0;
}

const char *
aws_profile_name(const struct aws_ask *ask, bool *named)
{
    const char *name = ask->options->profile;

    if (!name || !*name)
        name = aws_env("AWS_PROFILE");
    if (!name)
        name = aws_env("AWS_DEFAULT_PROFILE");
    *named = name != NULL;
    return name ? name : "default";
}

const char *
aws_known_region(const struct aws_ask *ask)
{
    const char *region = ask->options->region;
    bool named;

    if (!region || !*region)
        region = aws_env("AWS_REGION");
    if (!region)
        region = aws_env("AWS_DEFAULT_REGION");
    if (!region)
        region = profiles_get(&ask->profiles, aws_profile_name(ask, &named),
                              "region");
    return region;
}

bool
aws_region_is_valid(const char *region)
{
    size_t len = strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-");

    return len > 0 && len < 64 && region[len] == '\0';
}

bool
aws_read_file(struct aws_ask *ask, const char *path, struct mill_buffer *to)
{
    FILE *file = fopen(path, "re");
    char *at = file ? mill_buffer_room(to, FILE_MAX + 1) : NULL;
    int error = at ? 0 : errno;

    if (at) {
        to->len = fread(at, 1, FILE_MAX + 1, file);
        error = ferror(file) ? errno : 0;
    }
    if (file)
        fclose(file);
    if (error != 0) {
        aws_say(ask, "cannot read %s: %s", path, strerror(error));
        return false;
    }
    if (to->len > FILE_MAX || memchr(to->data, '\0', to->len)) {
        aws_say(ask, "%s is no text of at most %d bytes", path, FILE_MAX);
        return false;
    }
    while (to->len > 0 && strchr(" \t\r\n", to->data[to->len - 1]))
        to->len--;
    if (to->len == 0)
        aws_say(ask, "%s is empty", path);
    mill_buffer_text(to);
    return to->len > 0;
}

void
aws_wipe(struct mill_buffer *buffer)
{
    if (buffer->data)
        explicit_bzero(buffer->data, buffer->room);
    mill_buffer_finish(buffer);
}
