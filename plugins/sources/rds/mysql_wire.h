/* SPDX-License-Identifier: Apache-2.0 */

/*
 * mysql_wire - the rows of an open result, read from the socket by ourselves
 *
 * libmariadb reads 16 KiB at a time, copies each row once more and can only
 * block; that costs more than all that the pipeline does with a row.  So once
 * it has asked the query and read the columns, rows are taken from the socket
 * here, and libmariadb is told when they are at their end.  Not over TLS, whose
 * bytes only libmariadb can read.
 */

#ifndef RDS_MYSQL_WIRE_H
#define RDS_MYSQL_WIRE_H

#include <stdbool.h>
#include <stddef.h>

#include <mysql.h>

/* Zeroed memory is a wire that was never opened. */
struct wire {
    MYSQL *mysql;
    MYSQL_RES *result; /* NULL: not open */
    int fd;
    int wake_at; /* how many bytes end a wait for them */
    char *data;  /* bytes that were read: begin .. end */
    size_t begin;
    size_t end;
    size_t room;

    unsigned error; /* the server's, after WIRE_ERROR */
    char text[256];
};

enum wire_found {
    WIRE_ROW,
    WIRE_IDLE, /* nothing came in time; ask again */
    WIRE_END,
    WIRE_ERROR,   /* the server gave up, and said why */
    WIRE_LOST,    /* the connection is gone */
    WIRE_TIMEOUT, /* as IDLE, and longer than may be */
    WIRE_MEMORY,
};

/* Takes over RESULT, of mysql_use_result().  False: it can't be, read it with
 * mysql_fetch_row(). */
bool wire_open(struct wire *wire, MYSQL *mysql, MYSQL_RES *result);

/*
 * The next row as it was sent, until the next call: LEN bytes at *DATA.  Waits
 * for PATIENCE_MS and says IDLE, or, where that is negative, for MOST_MS and
 * says TIMEOUT.
 */
enum wire_found wire_next(struct wire *wire, int patience_ms, int most_ms,
                          const char **data, size_t *len);

/* As wire_field(), for all that isn't short. */
bool wire_field_slow(const char **at, const char *end, const char **field,
                     size_t *len);

/* Takes one field off a row: *FIELD is NULL for NULL.  False: the row ends
 * within it. */
static inline bool
wire_field(const char **at, const char *end, const char **field, size_t *len)
{
    size_t left = (size_t)(end - *at);

    if (left == 0)
        return false;
    *len = (unsigned char)**at;
    if (*len >= 0xfb || *len >= left)
        return wire_field_slow(at, end, field, len);
    *field = *at + 1;
    *at += 1 + *len;
    return true;
}

/* Frees the memory; a result that wasn't read to its end stays unread. */
void wire_close(struct wire *wire);

#endif /* RDS_MYSQL_WIRE_H */
