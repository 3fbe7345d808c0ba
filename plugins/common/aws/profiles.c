/* SPDX-License-Identifier: Apache-2.0 */

#include "aws/profiles.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A larger file holds something else. */
#define FILE_MAX (1024 * 1024)

/* --- reading --- */

/* The path in VARIABLE, with ~ for the home folder, or FALLBACK there. */
static void
find_path(struct mill_buffer *to, const char *variable, const char *fallback)
{
    const char *path = getenv(variable);
    const char *home = getenv("HOME");

    if (!path || !*path)
        path = fallback;
    if (strncmp(path, "~/", 2) == 0 && home)
        mill_buffer_print(to, "%s%s", home, path + 1);
    else
        mill_buffer_print(to, "%s", path);
    mill_buffer_text(to);
}

/* False: errno says why. */
static bool
read_all(const char *path, struct mill_buffer *to)
{
    FILE *file = fopen(path, "re");
    char *at = file ? mill_buffer_room(to, FILE_MAX + 1) : NULL;
    int error = errno;

    if (at) {
        to->len = fread(at, 1, FILE_MAX + 1, file);
        error = ferror(file) ? errno : 0;
        if (to->len > FILE_MAX)
            error = EFBIG;
        mill_buffer_text(to);
    }
    if (file)
        fclose(file);
    errno = to->failed ? ENOMEM : error;
    return errno == 0;
}

static bool
read_file(struct profiles_file *file, struct mill_buffer *why)
{
    const char *path = mill_buffer_text(&file->path);
    struct mill_buffer text = { 0 };
    const char *what = NULL;
    size_t line;
    bool done = !file->path.failed && read_all(path, &text);

    if (file->path.failed) {
        mill_buffer_print(why, "no memory");
    } else if (!done && (errno == ENOENT || errno == ENOTDIR)) {
        done = true;
    } else if (!done) {
        mill_buffer_print(why, "cannot read %s: %s", path, strerror(errno));
    } else if (!ini_parse(&file->ini, text.data, &line, &what)) {
        mill_buffer_print(why, "%s:%zu: %s", path, line, what);
        done = false;
    }
    if (text.data)
        explicit_bzero(text.data, text.room);
    mill_buffer_finish(&text);
    return done;
}

bool
profiles_read(struct profiles *profiles, struct mill_buffer *why)
{
    *profiles = (struct profiles){ 0 };
    find_path(&profiles->credentials.path, "AWS_SHARED_CREDENTIALS_FILE",
              "~/.aws/credentials");
    find_path(&profiles->config.path, "AWS_CONFIG_FILE", "~/.aws/config");
    return read_file(&profiles->credentials, why)
           && read_file(&profiles->config, why);
}

void
profiles_finish(struct profiles *profiles)
{
    ini_finish(&profiles->credentials.ini);
    ini_finish(&profiles->config.ini);
    mill_buffer_finish(&profiles->credentials.path);
    mill_buffer_finish(&profiles->config.path);
}

/* --- looking up --- */

/* What stands behind "profile" in a section of the config file, or NULL. */
static const char *
behind_profile(const char *section)
{
    if (strncmp(section, "profile", 7) != 0 || !strchr(" \t", section[7]))
        return NULL;
    return section + 7 + strspn(section + 7, " \t");
}

/* The name may stand in quotes. */
static bool
is_name(const char *text, const char *profile)
{
    size_t len = strlen(profile);
    bool quoted = *text == '"' || *text == '\'';

    if (!quoted)
        return strcmp(text, profile) == 0;
    return strncmp(text + 1, profile, len) == 0 && text[len + 1] == text[0]
           && text[len + 2] == '\0';
}

static bool
is_section_of(const char *section, const char *profile, bool config)
{
    const char *name = config ? behind_profile(section) : section;

    if (config && !name)
        return strcmp(section, "default") == 0
               && strcmp(profile, "default") == 0;
    return is_name(name, profile);
}

static const char *
find(const struct ini *ini, const char *profile, const char *name, bool config)
{
    const char *value = NULL;

    for (size_t i = 0; i < ini->count; i++)
        if (strcasecmp(ini->entries[i].name, name) == 0
            && is_section_of(ini->entries[i].section, profile, config))
            value = ini->entries[i].value;
    return value;
}

bool
profiles_has(const struct profiles *profiles, const char *profile)
{
    return find(&profiles->credentials.ini, profile, "", false)
           || find(&profiles->config.ini, profile, "", true);
}

const char *
profiles_get(const struct profiles *profiles, const char *profile,
             const char *name)
{
    const char *value = find(&profiles->credentials.ini, profile, name, false);

    if (!value)
        value = find(&profiles->config.ini, profile, name, true);
    return value && *value ? value : NULL;
}
