/* SPDX-License-Identifier: Apache-2.0 */

/*
 * queries - what is asked once all rows are there
 *
 * The answers are printed when the last one is complete: a connection that is
 * lost on the way begins all over, and nothing is seen twice.
 */

#include <errno.h>
#include <glob.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "answer.h"
#include "sql.h"

/* Each pattern by itself, in the order given; within one by name. */
static bool
find_files(const struct sql *sql, glob_t *found, const char **missing)
{
    int flags = 0;

    *found = (glob_t){ .gl_pathc = 0 };
    *missing = NULL;
    for (size_t i = 0; sql->queries[i]; i++) {
        if (glob(sql->queries[i], flags, NULL, found) != 0) {
            *missing = sql->queries[i];
            return false;
        }
        flags = GLOB_APPEND;
    }
    return true;
}

enum mill_verdict
queries_check(const struct sql *sql, struct mill_stage *stage)
{
    const char *missing;
    glob_t found;
    bool fine = find_files(sql, &found, &missing);

    globfree(&found);
    return fine ? MILL_OK
                : mill_fail(stage, MILL_FATAL,
                            "queries: there is no file %s; the name counts "
                            "from the folder that the program was started in",
                            missing);
}

static bool
read_file(const char *path, struct mill_buffer *to)
{
    FILE *file = fopen(path, "rbe");
    size_t len = 1;

    if (!file)
        return false;
    while (len > 0) {
        char *room = mill_buffer_room(to, BUFSIZ);

        len = room ? fread(room, 1, BUFSIZ, file) : 0;
        to->len += len;
    }

    bool fine = !ferror(file) && !to->failed;

    fclose(file);
    return fine;
}

/* The first line, where it is a comment, or the file's name. */
static char *
title_of(const char *path, const char *text)
{
    const char *slash = strrchr(path, '/');

    if (strncmp(text, "--", 2) != 0)
        return strdup(slash ? slash + 1 : path);
    text += 2 + strspn(text + 2, "- \t");
    return strndup(text, strcspn(text, "\r\n"));
}

static enum mill_verdict
run_file(struct sql *sql, struct mill_stage *stage, struct answer *answer,
         const char *path)
{
    struct mill_buffer text = { 0 };
    enum mill_verdict verdict;
    char *title;

    if (!read_file(path, &text)) {
        mill_buffer_finish(&text);
        return mill_fail(stage, MILL_FATAL, "queries: cannot read %s: %s", path,
                         strerror(errno));
    }
    title = title_of(path, mill_buffer_text(&text));
    if (!title) {
        mill_buffer_finish(&text);
        return mill_fail(stage, MILL_RETRY, "no memory for %s", path);
    }
    answer->title = title;
    verdict = sql->driver->class->query(sql->driver, mill_buffer_text(&text),
                                        answer_take, answer);
    answer_finish(answer);
    free(title);
    mill_buffer_finish(&text);
    if (verdict == MILL_OK)
        return MILL_OK;
    session_end(sql);
    return mill_fail(stage, verdict == MILL_REJECT ? MILL_FATAL : verdict,
                     "%s: %s", path, sql->driver->said);
}

static enum mill_verdict
print(struct mill_stage *stage, const struct mill_buffer *text)
{
    size_t done = 0;

    while (done < text->len) {
        ssize_t len = write(STDOUT_FILENO, text->data + done, text->len - done);
        struct pollfd room = { .fd = STDOUT_FILENO, .events = POLLOUT };

        if (len >= 0)
            done += (size_t)len;
        else if (errno == EAGAIN)
            poll(&room, 1, 1000);
        else if (errno != EINTR)
            return mill_fail(stage, MILL_FATAL,
                             "cannot write answers to stdout: %s",
                             strerror(errno));
    }
    return MILL_OK;
}

static enum answer_format
format_of(const struct sql *sql)
{
    if (strcmp(sql->queries_format, "auto") == 0)
        return isatty(STDOUT_FILENO) ? ANSWER_TABLE : ANSWER_CSV;
    if (strcmp(sql->queries_format, "table") == 0)
        return ANSWER_TABLE;
    return strcmp(sql->queries_format, "csv") == 0 ? ANSWER_CSV : ANSWER_JSON;
}

enum mill_verdict
queries_run(struct sql *sql, struct mill_stage *stage)
{
    struct mill_buffer text = { 0 };
    struct answer answer = { .format = format_of(sql), .to = &text };
    enum mill_verdict verdict = queries_check(sql, stage);
    const char *missing;
    glob_t found;

    if (verdict == MILL_OK && sql->queries[0])
        verdict = session_connect(sql, stage);
    find_files(sql, &found, &missing);
    for (size_t i = 0; verdict == MILL_OK && i < found.gl_pathc; i++)
        verdict = run_file(sql, stage, &answer, found.gl_pathv[i]);
    globfree(&found);
    if (verdict == MILL_OK)
        verdict = print(stage, &text);
    mill_buffer_finish(&text);
    return verdict;
}
