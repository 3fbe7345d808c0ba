/* SPDX-License-Identifier: Apache-2.0 */

/* sqlite_file - see sqlite_file.h */

#include "sqlite_file.h"

#include <check.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void
sqlite_file_create(struct sqlite_file *file)
{
    int fd;

    snprintf(file->path, sizeof(file->path), "/tmp/millrace-sqlite-XXXXXX");
    fd = mkstemp(file->path);
    ck_assert_int_ge(fd, 0);
    close(fd);
    snprintf(file->url, sizeof(file->url), "sqlite:%s", file->path);
}

void
sqlite_file_remove(const struct sqlite_file *file)
{
    unlink(file->path);
}

void
sqlite_file_execute(const struct sqlite_file *file, const char *sql)
{
    sqlite3 *db;

    ck_assert_int_eq(sqlite3_open(file->path, &db), SQLITE_OK);
    ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK,
                  "%s: %s", sql, sqlite3_errmsg(db));
    sqlite3_close(db);
}
