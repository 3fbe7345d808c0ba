/* SPDX-License-Identifier: Apache-2.0 */

/* cache - see the header */

#include "plugin/cache.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A cache above this is not one of ours. */
#define CACHE_LINES_MAX 4096

struct cache {
    char folder[PATH_MAX - 64];
    char **lines; /* the first one is the library's */
    size_t count;
    bool changed;
};

/* A line for the file at PATH as it is now.  NULL: there is none, it can't be
 * told in one line, or no memory. */
static char *
line_of(const char *path)
{
    char real[PATH_MAX];
    struct stat file;
    char *line;
    int len;

    if (!realpath(path, real) || strchr(real, '\n') || stat(real, &file) != 0)
        return NULL;
    len = asprintf(&line, "%jd %jd.%09ld %jd.%09ld %ju %s",
                   (intmax_t)file.st_size, (intmax_t)file.st_mtim.tv_sec,
                   file.st_mtim.tv_nsec, (intmax_t)file.st_ctim.tv_sec,
                   file.st_ctim.tv_nsec, (uintmax_t)file.st_ino, real);
    return len < 0 ? NULL : line;
}

/* Takes LINE; NULL is fine. */
static void
add_line(struct cache *cache, char *line)
{
    char **lines = NULL;

    if (line && cache->count < CACHE_LINES_MAX)
        lines = realloc(cache->lines, (cache->count + 1) * sizeof(*lines));
    if (!lines) {
        free(line);
        return;
    }
    cache->lines = lines;
    lines[cache->count++] = line;
}

static void
forget_lines(struct cache *cache)
{
    for (size_t i = 0; i < cache->count; i++)
        free(cache->lines[i]);
    free(cache->lines);
    cache->lines = NULL;
    cache->count = 0;
}

/* The library that this function is in. */
static char *
line_of_library(void)
{
    Dl_info info;

    if (dladdr((const void *)cache_open, &info) == 0 || !info.dli_fname)
        return NULL;
    return line_of(info.dli_fname);
}

static bool
find_folder(struct cache *cache)
{
    const char *cache_home = getenv("XDG_CACHE_HOME");
    const char *home = getenv("HOME");
    int len = -1;

    if (cache_home && *cache_home == '/')
        len = snprintf(cache->folder, sizeof(cache->folder), "%s/millrace",
                       cache_home);
    else if (home && *home == '/')
        len = snprintf(cache->folder, sizeof(cache->folder),
                       "%s/.cache/millrace", home);
    return len > 0 && (size_t)len < sizeof(cache->folder);
}

/* Reads what belongs to this library; the first line says which. */
static void
read_lines(struct cache *cache)
{
    char path[PATH_MAX];
    char *line = NULL;
    size_t room = 0;
    ssize_t len;
    FILE *file;
    bool ours = false;

    snprintf(path, sizeof(path), "%s/plugins", cache->folder);
    file = fopen(path, "re");
    if (!file)
        return;
    while ((len = getline(&line, &room, file)) > 0 && line[len - 1] == '\n') {
        line[len - 1] = '\0';
        if (!ours && strcmp(line, cache->lines[0]) != 0)
            break;
        if (ours)
            add_line(cache, strdup(line));
        ours = true;
    }
    free(line);
    fclose(file);
}

struct cache *
cache_open(void)
{
    struct cache *cache = calloc(1, sizeof(*cache));

    if (!cache)
        return NULL;
    if (find_folder(cache))
        add_line(cache, line_of_library());
    if (cache->count == 0) {
        cache_close(cache);
        return NULL;
    }
    read_lines(cache);
    return cache;
}

static bool
make_folder(const char *path)
{
    char parent[PATH_MAX];
    char *slash;

    if (mkdir(path, 0700) == 0 || errno == EEXIST)
        return true;
    snprintf(parent, sizeof(parent), "%s", path);
    slash = strrchr(parent, '/');
    if (errno != ENOENT || !slash || slash == parent)
        return false;
    *slash = '\0';
    return make_folder(parent) && mkdir(path, 0700) == 0;
}

/* A new file takes the place of the old one, so that a reader never sees half
 * of it. */
static void
write_lines(const struct cache *cache)
{
    char path[PATH_MAX];
    char temp[PATH_MAX];
    FILE *file;
    int fd;
    bool written;

    if (!make_folder(cache->folder))
        return;
    snprintf(path, sizeof(path), "%s/plugins", cache->folder);
    snprintf(temp, sizeof(temp), "%s/plugins.XXXXXX", cache->folder);
    fd = mkostemp(temp, O_CLOEXEC);
    if (fd < 0)
        return;
    file = fdopen(fd, "w");
    if (!file) {
        close(fd);
        unlink(temp);
        return;
    }
    for (size_t i = 0; i < cache->count; i++)
        fprintf(file, "%s\n", cache->lines[i]);
    written = !ferror(file);
    written = fclose(file) == 0 && written;
    if (!written || rename(temp, path) != 0)
        unlink(temp);
}

/* The path that a line ends with; NULL: it has none. */
static const char *
path_in(const char *line)
{
    for (int blanks = 0; blanks < 4; blanks++) {
        line = strchr(line, ' ');
        if (!line)
            return NULL;
        line++;
    }
    return line;
}

/* Takes out what is no longer as it was found. */
static void
drop_old_lines(struct cache *cache)
{
    size_t kept = 1;

    for (size_t i = 1; i < cache->count; i++) {
        char *line = cache->lines[i];
        const char *path = path_in(line);
        char *now = path ? line_of(path) : NULL;

        if (now && strcmp(now, line) == 0)
            cache->lines[kept++] = line;
        else
            free(line);
        free(now);
    }
    cache->count = kept;
}

void
cache_close(struct cache *cache)
{
    if (!cache)
        return;
    if (cache->changed) {
        drop_old_lines(cache);
        write_lines(cache);
    }
    forget_lines(cache);
    free(cache);
}

static bool
has_line(const struct cache *cache, const char *line)
{
    for (size_t i = 1; i < cache->count; i++)
        if (strcmp(cache->lines[i], line) == 0)
            return true;
    return false;
}

bool
cache_has(const struct cache *cache, const char *path)
{
    char *line = cache ? line_of(path) : NULL;
    bool has = line && has_line(cache, line);

    free(line);
    return has;
}

void
cache_add(struct cache *cache, const char *path)
{
    if (!cache)
        return;
    add_line(cache, line_of(path));
    cache->changed = true;
}
