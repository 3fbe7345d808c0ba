/* SPDX-License-Identifier: Apache-2.0 */

/*
 * pg_copy - what libpq alone costs: a file of COPY's text sent, no more
 *
 *     pg_copy URL TABLE < FILE.tsv
 *
 * The measure that the sink `sql` is held against.
 */

#include <stdio.h>
#include <unistd.h>

#include <libpq-fe.h>

#define PIECE 65536

static int
complain(PGconn *connection, const char *what)
{
    fprintf(stderr, "pg_copy: cannot %s: %s", what, PQerrorMessage(connection));
    return 1;
}

static int
copy(PGconn *connection)
{
    static char piece[PIECE];
    ssize_t len;

    while ((len = read(STDIN_FILENO, piece, sizeof(piece))) > 0)
        if (PQputCopyData(connection, piece, (int)len) != 1)
            return complain(connection, "send");
    if (len < 0 || PQputCopyEnd(connection, NULL) != 1)
        return complain(connection, "send the end");

    PGresult *result = PQgetResult(connection);
    int status = PQresultStatus(result) == PGRES_COMMAND_OK
                     ? 0
                     : complain(connection, "copy");

    PQclear(result);
    return status;
}

int
main(int argc, char **argv)
{
    char text[256];

    if (argc != 3) {
        fputs("usage: pg_copy URL TABLE < FILE.tsv\n", stderr);
        return 2;
    }

    PGconn *connection = PQconnectdb(argv[1]);

    if (PQstatus(connection) != CONNECTION_OK)
        return complain(connection, "connect");
    snprintf(text, sizeof(text), "COPY \"%s\" FROM STDIN", argv[2]);

    PGresult *result = PQexec(connection, text);

    if (PQresultStatus(result) != PGRES_COPY_IN)
        return complain(connection, "begin");
    PQclear(result);

    int status = copy(connection);

    PQfinish(connection);
    return status;
}
