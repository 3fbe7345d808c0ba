/* SPDX-License-Identifier: Apache-2.0 */

#include "pipeline/text.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Longer definitions are not one. */
#define FILE_MAX ((size_t)16 * 1024 * 1024)

/* As deep as libconfig follows them. */
#define INCLUDE_DEPTH 10

/* Where the walk is, and what the file was included by. */
struct walk {
    const char *at;
    const char *file;
    int line;
    const char *folder; /* of the definition: all includes start there */
    const struct walk *parent;
    int depth;
    struct faults *faults;
};

static bool walk_text(struct walk *walk);

static char *
read_all(FILE *stream, size_t *len)
{
    size_t room = 4096;
    char *text = malloc(room + 1);

    *len = 0;
    while (text) {
        size_t got = fread(text + *len, 1, room - *len, stream);
        char *more;

        *len += got;
        if (got == 0 || *len > FILE_MAX)
            break;
        if (*len < room)
            continue;
        room *= 2;
        more = realloc(text, room + 1);
        if (!more)
            free(text);
        text = more;
    }
    if (text)
        text[*len] = '\0';
    return text;
}

/* The line in which TEXT has its byte at OFFSET. */
static int
line_of(const char *text, size_t offset)
{
    int line = 1;

    for (size_t i = 0; i < offset; i++)
        line += text[i] == '\n';
    return line;
}

static bool
check_content(const char *file, const char *text, size_t len,
              struct faults *faults)
{
    size_t zero = strlen(text);

    if (len > FILE_MAX)
        faults_add(faults, file, 0, "is larger than %zu MiB: no definition is",
                   FILE_MAX >> 20);
    else if (zero < len)
        faults_add(faults, file, line_of(text, zero),
                   "a zero byte stands in the file: it isn't text");
    else
        return true;
    return false;
}

char *
text_read(const char *file, struct faults *faults)
{
    FILE *stream = fopen(file, "re");
    struct stat status;
    char *text;
    size_t len;

    if (!stream) {
        faults_add(faults, file, 0, "cannot be opened: %s", strerror(errno));
        return NULL;
    }
    if (fstat(fileno(stream), &status) == 0 && S_ISDIR(status.st_mode)) {
        faults_add(faults, file, 0, "is a folder, not a definition");
        fclose(stream);
        return NULL;
    }
    text = read_all(stream, &len);
    if (ferror(stream))
        faults_add(faults, file, 0, "cannot be read: %s", strerror(errno));
    else if (!text)
        faults_add(faults, file, 0, "no memory to read it");
    if (!text || ferror(stream) || !check_content(file, text, len, faults)) {
        free(text);
        text = NULL;
    }
    fclose(stream);
    return text;
}

const char *
text_folder(struct arena *arena, const char *file)
{
    const char *slash = strrchr(file, '/');
    size_t len;
    char *copy;

    if (!slash)
        return ".";
    len = slash == file ? 1 : (size_t)(slash - file);
    copy = arena_alloc_bytes(arena, len + 1);
    if (copy) {
        memcpy(copy, file, len);
        copy[len] = '\0';
    }
    return copy;
}

/* Behind the quotes; false: there are none at the end. */
static bool
skip_string(struct walk *walk)
{
    int line = walk->line;

    for (walk->at++; *walk->at != '"'; walk->at++) {
        if (*walk->at == '\0') {
            faults_add(walk->faults, walk->file, line,
                       "the text that begins here has no closing quote");
            return false;
        }
        if (*walk->at == '\n')
            walk->line++;
        if (*walk->at != '\\')
            continue;
        if (strncmp(walk->at, "\\x00", 4) == 0)
            faults_add(walk->faults, walk->file, walk->line,
                       "\\x00 would cut the text: no text can hold a zero "
                       "byte");
        if (walk->at[1] == '\\' || walk->at[1] == '"')
            walk->at++;
    }
    walk->at++;
    return true;
}

static bool
skip_comment(struct walk *walk)
{
    const char *end = strstr(walk->at + 2, "*/");
    int line = walk->line;

    if (!end) {
        faults_add(walk->faults, walk->file, line,
                   "the comment that begins here has no */");
        return false;
    }
    for (; walk->at < end; walk->at++)
        walk->line += *walk->at == '\n';
    walk->at = end + 2;
    return true;
}

static void
check_decimal(const struct walk *walk, const char *number, bool is_long)
{
    long long value;

    errno = 0;
    value = strtoll(number, NULL, 10);
    if (errno != 0)
        faults_add(walk->faults, walk->file, walk->line,
                   "%s doesn't fit 64 bits", number);
    else if (!is_long && (value < INT32_MIN || value > INT32_MAX))
        faults_add(walk->faults, walk->file, walk->line,
                   "%s doesn't fit 32 bits and would be cut: write %lldL",
                   number, value);
}

static void
check_hex(const struct walk *walk, const char *number, bool is_long)
{
    unsigned long long value;

    errno = 0;
    value = strtoull(number, NULL, 16);
    if (errno != 0 || value > INT64_MAX)
        faults_add(walk->faults, walk->file, walk->line,
                   "%s doesn't fit 64 bits", number);
    else if (!is_long && value > INT32_MAX)
        faults_add(walk->faults, walk->file, walk->line,
                   "%s doesn't fit 32 bits and would be cut: write 0x%llXL",
                   number, value);
}

/* NUMBER is a token that begins as numbers do; what isn't one after all is left
 * to libconfig. */
static void
check_number(const struct walk *walk, char *number)
{
    size_t sign = *number == '-' || *number == '+';
    size_t digits = strspn(number + sign, "0123456789");
    const char *rest = number + sign + digits;
    bool is_long = strcmp(rest, "L") == 0 || strcmp(rest, "LL") == 0;

    if (number[0] == '0' && (number[1] == 'x' || number[1] == 'X')) {
        size_t hex = strspn(number + 2, "0123456789abcdefABCDEF");

        check_hex(walk, number, number[2 + hex] == 'L');
    } else if (digits > 0 && (*rest == '\0' || is_long)) {
        check_decimal(walk, number, is_long);
    } else if (strpbrk(rest, ".eE") == rest
               && !isfinite(strtod(number, NULL))) {
        faults_add(walk->faults, walk->file, walk->line, "%s is too large",
                   number);
    }
}

static bool
skip_number(struct walk *walk)
{
    const char *start = walk->at;
    char *number;

    do {
        walk->at++;
    } while (isalnum((unsigned char)*walk->at) || *walk->at == '.'
             || (strchr("+-", *walk->at) && *walk->at
                 && strchr("eE", walk->at[-1])));
    number = strndup(start, (size_t)(walk->at - start));
    if (!number) {
        faults_add(walk->faults, walk->file, walk->line, "no memory");
        return false;
    }
    check_number(walk, number);
    free(number);
    return true;
}

static bool
can_include(const struct walk *walk, const char *path)
{
    struct stat status;

    if (stat(path, &status) != 0)
        faults_add(walk->faults, walk->file, walk->line,
                   "cannot include %s: %s", path, strerror(errno));
    else if (!S_ISREG(status.st_mode))
        faults_add(walk->faults, walk->file, walk->line,
                   "cannot include %s: it isn't a file", path);
    else if (walk->depth >= INCLUDE_DEPTH)
        faults_add(walk->faults, walk->file, walk->line,
                   "cannot include %s: %d files include one another already",
                   path, INCLUDE_DEPTH);
    else
        return true;
    return false;
}

static bool
include(const struct walk *walk, const char *path)
{
    struct walk inner = { .file = path,
                          .line = 1,
                          .folder = walk->folder,
                          .parent = walk,
                          .depth = walk->depth + 1,
                          .faults = walk->faults };
    char *text;
    bool done;

    for (const struct walk *outer = walk; outer; outer = outer->parent)
        if (strcmp(outer->file, path) == 0) {
            faults_add(walk->faults, walk->file, walk->line,
                       "%s includes itself", path);
            return false;
        }
    if (!can_include(walk, path))
        return false;
    text = text_read(path, walk->faults);
    if (!text)
        return false;
    inner.at = text;
    done = walk_text(&inner);
    free(text);
    return done;
}

/* At "@include": behind its line. */
static bool
follow_include(struct walk *walk)
{
    struct mill_buffer path = { 0 };
    const char *at = walk->at + strlen("@include");
    bool done;

    at += strspn(at, " \t");
    if (*at++ != '"' || !memchr(at, '"', strcspn(at, "\n"))) {
        faults_add(walk->faults, walk->file, walk->line,
                   "@include wants a file in quotes, all on one line");
        return false;
    }
    if (*at != '/' && strcmp(walk->folder, ".") != 0)
        mill_buffer_print(&path, "%s/", walk->folder);
    for (; *at != '"'; at++) {
        at += *at == '\\' && (at[1] == '"' || at[1] == '\\');
        mill_buffer_add(&path, at, 1);
    }
    walk->at = at + 1;
    done = include(walk, mill_buffer_text(&path));
    mill_buffer_finish(&path);
    return done;
}

static bool
walk_token(struct walk *walk)
{
    const char *at = walk->at;

    if (*at == '"')
        return skip_string(walk);
    if (at[0] == '/' && at[1] == '*')
        return skip_comment(walk);
    if (*at == '#' || (at[0] == '/' && at[1] == '/')) {
        walk->at += strcspn(at, "\n");
        return true;
    }
    if (strncmp(at, "@include", 8) == 0)
        return follow_include(walk);
    if (isdigit((unsigned char)*at) || strchr("+-.", *at))
        return skip_number(walk);
    walk->line += *at == '\n';
    walk->at++;
    if (isalpha((unsigned char)*at) || *at == '*')
        while (isalnum((unsigned char)*walk->at)
               || (*walk->at && strchr("-_*", *walk->at)))
            walk->at++;
    return true;
}

static bool
walk_text(struct walk *walk)
{
    while (*walk->at)
        if (!walk_token(walk))
            return false;
    return true;
}

bool
text_check(const char *text, const char *file, const char *folder,
           struct faults *faults)
{
    struct walk walk = {
        .at = text, .file = file, .line = 1, .folder = folder, .faults = faults
    };

    return walk_text(&walk);
}
