/* SPDX-License-Identifier: Apache-2.0 */

/* find - from the option `path` to files, and from files to streams */

#include "file.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool
is_known(const struct file_source *source, const char *path)
{
    for (size_t i = 0; i < source->count; i++)
        if (strcmp(source->inputs[i].path, path) == 0)
            return true;
    return false;
}

static bool
is_taken(const struct file_source *source, const char *stream)
{
    for (size_t i = 0; i < source->count; i++)
        if (strcmp(source->inputs[i].stream, stream) == 0)
            return true;
    return false;
}

static enum mill_verdict
no_memory(struct mill_stage *stage, const char *path)
{
    return mill_fail(stage, MILL_FATAL, "no memory for %s", path);
}

static enum mill_verdict
add_input(struct file_source *source, struct mill_stage *stage,
          const char *path)
{
    if (is_known(source, path))
        return MILL_OK;

    struct input *grown =
        realloc(source->inputs, (source->count + 1) * sizeof(*grown));

    if (!grown)
        return no_memory(stage, path);
    source->inputs = grown;

    struct input input = {
        .path = strdup(path), .stirred = true, .watch = -1, .path_watch = -1
    };

    if (input.path && input_is_stdin(&input))
        input.stream = strdup("stdin");
    else if (input.path)
        input.stream = input_stem(path);
    /* Two files of one name would mix up their positions. */
    if (input.stream && is_taken(source, input.stream)) {
        free(input.stream);
        input.stream = strdup(path);
    }
    if (!input.stream) {
        free(input.path);
        return no_memory(stage, path);
    }
    source->inputs[source->count++] = input;
    return MILL_OK;
}

/* What can be known before the file's turn comes. */
static enum mill_verdict
look_at(const struct file_source *source, struct mill_stage *stage,
        const char *path)
{
    struct stat file;

    if (strcmp(path, "-") == 0)
        return MILL_OK;
    if (stat(path, &file) != 0) {
        if (source->follow && errno == ENOENT)
            return MILL_OK;
        return mill_fail(stage, MILL_FATAL, "cannot read %s: %s", path,
                         strerror(errno));
    }
    if (S_ISDIR(file.st_mode))
        return mill_fail(stage, MILL_FATAL,
                         "%s is a folder: name its files, as in \"%s/*\"", path,
                         path);
    if (source->follow && !S_ISREG(file.st_mode))
        return mill_fail(stage, MILL_FATAL,
                         "cannot follow %s: it isn't a regular file; without "
                         "`follow` it is read until its writers close it",
                         path);
    /* It may be on its way to another name just now. */
    if (access(path, R_OK) != 0 && !(source->follow && errno == ENOENT))
        return mill_fail(stage, MILL_FATAL, "cannot read %s: %s", path,
                         strerror(errno));
    return MILL_OK;
}

static enum mill_verdict
find_plain(struct file_source *source, struct mill_stage *stage,
           const char *path)
{
    enum mill_verdict verdict = look_at(source, stage, path);

    return verdict == MILL_OK ? add_input(source, stage, path) : verdict;
}

static enum mill_verdict
find_matching(struct file_source *source, struct mill_stage *stage,
              const char *pattern)
{
    glob_t found;
    int result = glob(pattern, 0, NULL, &found);
    enum mill_verdict verdict = MILL_OK;

    if (result == GLOB_NOMATCH && source->follow)
        return MILL_OK;
    if (result == GLOB_NOMATCH)
        return mill_fail(stage, MILL_FATAL,
                         "no file matches %s: correct `path`, or set `follow` "
                         "to wait for one",
                         pattern);
    if (result != 0)
        return mill_fail(stage, MILL_FATAL, "cannot look for %s: %s", pattern,
                         result == GLOB_NOSPACE ? "no memory"
                                                : "a folder can't be read");
    for (size_t i = 0; i < found.gl_pathc && verdict == MILL_OK; i++)
        verdict = find_plain(source, stage, found.gl_pathv[i]);
    globfree(&found);
    return verdict;
}

enum mill_verdict
file_find(struct file_source *source, struct mill_stage *stage)
{
    enum mill_verdict verdict = MILL_OK;

    for (const char *const *path = source->path; *path && verdict == MILL_OK;
         path++) {
        /* A file may really be called a[1].ndjson. */
        bool plain = !strpbrk(*path, "*?[") || access(*path, F_OK) == 0;

        verdict = plain ? find_plain(source, stage, *path)
                        : find_matching(source, stage, *path);
    }
    return verdict;
}
