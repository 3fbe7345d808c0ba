/* SPDX-License-Identifier: Apache-2.0 */

/* sqlite_file - a database of SQLite in a file of its own, for one test */

#ifndef TESTS_SQLITE_FILE_H
#define TESTS_SQLITE_FILE_H

struct sqlite_file {
    char path[40];
    char url[60]; /* as an option spells it */
};

/* An empty one; what fails here and below fails the test. */
void sqlite_file_create(struct sqlite_file *file);
void sqlite_file_remove(const struct sqlite_file *file);

/* Runs SQL, which selects nothing. */
void sqlite_file_execute(const struct sqlite_file *file, const char *sql);

#endif /* TESTS_SQLITE_FILE_H */
