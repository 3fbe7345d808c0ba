/* SPDX-License-Identifier: Apache-2.0 */

#include "plugin/secret.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/variable.h"

static bool
check_content(const char *path, const char *text, size_t len,
              struct mill_buffer *why)
{
    if (len > SECRET_MAX)
        mill_buffer_print(why,
                          "%s is larger than %d bytes: is that the file "
                          "with the secret?",
                          path, SECRET_MAX);
    else if (memchr(text, '\0', len))
        mill_buffer_print(why, "%s holds a zero byte: a secret is text", path);
    else if (len == 0)
        mill_buffer_print(why, "%s is empty", path);
    else
        return true;
    return false;
}

static bool
read_file(const char *path, struct mill_buffer *to, struct mill_buffer *why)
{
    FILE *file = fopen(path, "re");
    char *at = file ? mill_buffer_room(to, SECRET_MAX + 1) : NULL;
    size_t len;
    bool done;

    if (!file) {
        mill_buffer_print(why, "cannot open %s: %s", path, strerror(errno));
        return false;
    }
    len = at ? fread(at, 1, SECRET_MAX + 1, file) : 0;
    if (ferror(file)) {
        mill_buffer_print(why, "cannot read %s: %s", path, strerror(errno));
        fclose(file);
        return false;
    }
    fclose(file);
    done = at && check_content(path, at, len, why);
    if (done && at[len - 1] == '\n')
        len--;
    if (done && len > 0 && at[len - 1] == '\r')
        len--;
    to->len += done ? len : 0;
    return done;
}

bool
secret_read(const char *path, struct mill_buffer *to, struct mill_buffer *why)
{
    struct mill_buffer expanded = { 0 };
    bool done = variable_expand(path, VARIABLE_PLAIN, &expanded, why)
                && read_file(mill_buffer_text(&expanded), to, why);

    mill_buffer_finish(&expanded);
    return done;
}

/* Moves past one byte, or past one ${...} whole. */
static const char *
step(const char *at)
{
    const char *end = strncmp(at, "${", 2) == 0 ? strchr(at, '}') : NULL;

    return end ? end + 1 : at + 1;
}

/* The password of user:password@host, as it is written; *LEN is 0 where there
 * is none. */
static const char *
password_in(const char *url, size_t *len)
{
    const char *at = strstr(url, "://");
    const char *colon = NULL;
    const char *end = NULL;

    *len = 0;
    for (at = at ? at + 3 : ""; *at && !strchr("/?#", *at); at = step(at)) {
        if (*at == ':' && !colon)
            colon = at;
        if (*at == '@')
            end = at;
    }
    if (!colon || !end || end < colon)
        return NULL;
    *len = (size_t)(end - colon - 1);
    return colon + 1;
}

bool
secret_is_plain(const char *text, bool url, struct mill_buffer *why)
{
    size_t len = strlen(text);
    const char *secret = url ? password_in(text, &len) : text;
    char *copy;
    bool from_outside;

    if (len == 0)
        return false;
    copy = strndup(secret, len);
    from_outside = copy && variable_used(copy);
    free(copy);
    if (from_outside)
        return false;
    mill_buffer_print(why, url ? "the password stands in the definition: put "
                                 "it into the environment and write ${VAR}"
                               : "a secret can't stand in the definition: "
                                 "write \"${VAR}\", or \"@FILE\"");
    return true;
}
