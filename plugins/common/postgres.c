/* SPDX-License-Identifier: Apache-2.0 */

/* postgres - connecting, and what errors mean */

#include "postgres.h"

#include <ctype.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "database.h"

#define CONNECT_SECONDS 10

/* --- errors --- */

static const struct {
    const char *state; /* its beginning */
    const char *advice;
} lasting[] = {
    { "28P01", "; check user and password in the url" },
    { "28", "; does the server let this user in from here (pg_hba.conf)?" },
    { "3D000", "; check the database at the end of the url" },
    { "3F000", "; check schema in the url" },
    { "42501", "; check the rights of the user" },
    { "42P01", "" },
    { "42", "" },
    { "0A", "" },
    { "0LP01", "" },
    { "22", "" },
    { "23", "" },
    { "2F", "" },
    { "44", "" },
    { "P0", "" },
};

enum mill_verdict
postgres_verdict(const char *state)
{
    if (!state || !state[0])
        return MILL_RETRY;
    for (size_t i = 0; i < sizeof(lasting) / sizeof(*lasting); i++)
        if (strncmp(state, lasting[i].state, strlen(lasting[i].state)) == 0)
            return MILL_FATAL;
    return MILL_RETRY;
}

const char *
postgres_advice(const char *state)
{
    for (size_t i = 0; state && i < sizeof(lasting) / sizeof(*lasting); i++)
        if (strncmp(state, lasting[i].state, strlen(lasting[i].state)) == 0)
            return lasting[i].advice;
    return "";
}

/* Copies TEXT as one line: each end of line becomes a blank, the last none. */
static void
one_line(const char *text, char *to, size_t room)
{
    size_t len = 0;

    for (; *text && len + 1 < room; text++) {
        bool blank = isspace((unsigned char)*text);

        if (blank && (len == 0 || to[len - 1] == ' '))
            continue;
        to[len++] = blank ? ' ' : *text;
    }
    while (len > 0 && to[len - 1] == ' ')
        len--;
    to[len] = '\0';
}

const char *
postgres_state(const PGresult *result)
{
    const char *state =
        result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;

    return state ? state : "";
}

void
postgres_reason(const PGconn *connection, const PGresult *result, char *to,
                size_t room)
{
    const char *why =
        result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    const char *detail =
        result ? PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL) : NULL;

    one_line(why ? why : PQerrorMessage(connection), to, room);
    if (why && detail && strlen(to) + 3 < room) {
        size_t len = strlen(to);

        to[len++] = ':';
        to[len++] = ' ';
        one_line(detail, to + len, room - len);
    }
}

/* --- connecting --- */

/* Swallows notices, which libpq would print to stderr. */
static void
ignore(void *arg, const PGresult *result)
{
    (void)arg;
    (void)result;
}

/* The SQLSTATE in a message of the verbose kind: "FATAL:  28P01: ...", and
 * where its own text begins. */
static const char *
find_state(const char *text, char state[POSTGRES_STATE_ROOM])
{
    while ((text = strstr(text, ":  "))) {
        size_t len = 0;

        text += 3;
        while (len < POSTGRES_STATE_ROOM - 1
               && (isdigit((unsigned char)text[len])
                   || isupper((unsigned char)text[len])))
            len++;
        if (len < POSTGRES_STATE_ROOM - 1 || text[len] != ':')
            continue;
        memcpy(state, text, len);
        state[len] = '\0';
        return text + len + 1;
    }
    state[0] = '\0';
    return NULL;
}

/* What TLS complains of doesn't get better, unless it was good before. */
static bool
is_about_tls(const char *text)
{
    return strstr(text, "certificate") || strstr(text, "SSL");
}

static enum mill_verdict
say_why(const PGconn *connection, bool reached, char *said, size_t room)
{
    const char *text = PQerrorMessage(connection);
    char state[POSTGRES_STATE_ROOM];
    char copy[512];
    const char *own = find_state(text, state);
    enum mill_verdict verdict = postgres_verdict(state);
    const char *advice = postgres_advice(state);

    if (own)
        snprintf(copy, sizeof(copy), "%.*s", (int)strcspn(own, "\n"), own);
    else
        snprintf(copy, sizeof(copy), "%s", text);
    if (!own && is_about_tls(text)) {
        verdict = reached ? MILL_RETRY : MILL_FATAL;
        advice = "; check sslmode and sslrootcert in the url";
    } else if (!own && strstr(text, "refused")) {
        advice = "; does the server run there?";
    }
    one_line(copy, said, room);
    if (strlen(said) + strlen(advice) < room)
        memcpy(said + strlen(said), advice, strlen(advice) + 1);
    return verdict;
}

static time_t
now(void)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec;
}

/* libpq's own connect_timeout holds only where it does the waiting.  False: it
 * took too long. */
static bool
wait_until_connected(PGconn *connection)
{
    PostgresPollingStatusType status = PGRES_POLLING_WRITING;
    time_t end = now() + CONNECT_SECONDS;

    while (status != PGRES_POLLING_OK && status != PGRES_POLLING_FAILED) {
        struct pollfd ready = { .fd = PQsocket(connection),
                                .events = status == PGRES_POLLING_READING
                                              ? POLLIN
                                              : POLLOUT };

        if (now() >= end)
            return false;
        poll(&ready, 1, 500);
        if (ready.revents)
            status = PQconnectPoll(connection);
    }
    return true;
}

static PGconn *
start(const struct url *url)
{
    const char *socket = url_query(url, "socket");
    const char *ca = url_query(url, "sslrootcert");
    const char *mode = url_query(url, "sslmode");
    char port[16];
    const char *const names[] = {
        "host",
        "port",
        "user",
        "password",
        "dbname",
        "sslmode",
        "sslrootcert",
        "sslcert",
        "sslkey",
        "client_encoding",
        "application_name",
        "keepalives_idle",
        "keepalives_interval",
        "keepalives_count",
        "tcp_user_timeout",
        NULL,
    };
    const char *const values[] = {
        socket ? socket : url->host,
        port,
        url->user,
        url->password,
        database_name(url),
        mode ? mode : (ca ? "verify-full" : NULL),
        ca,
        url_query(url, "sslcert"),
        url_query(url, "sslkey"),
        "UTF8",
        "millrace",
        "30",
        "10",
        "6",
        "60000",
        NULL,
    };

    snprintf(port, sizeof(port), "%d", url->port ? url->port : POSTGRES_PORT);
    return PQconnectStartParams(names, values, 0);
}

/* Puts tables without a schema where the url says.  False: it didn't work. */
static bool
set_schema(PGconn *connection, const char *schema)
{
    const char *const values[] = { schema };
    PGresult *result;
    bool fine;

    if (!schema)
        return true;
    result = PQexecParams(connection,
                          "SELECT set_config('search_path', quote_ident($1), "
                          "false)",
                          1, NULL, values, NULL, NULL, 0);
    fine = PQresultStatus(result) == PGRES_TUPLES_OK;
    PQclear(result);
    return fine;
}

PGconn *
postgres_connect(const struct url *url, bool reached,
                 enum mill_verdict *verdict, char *said, size_t room)
{
    PGconn *connection = start(url);

    *verdict = MILL_RETRY;
    if (!connection) {
        snprintf(said, room, "no memory for a connection");
        return NULL;
    }
    PQsetNoticeReceiver(connection, ignore, NULL);
    PQsetErrorVerbosity(connection, PQERRORS_VERBOSE);
    if (PQstatus(connection) != CONNECTION_BAD
        && !wait_until_connected(connection))
        snprintf(said, room, "no answer within %d s", CONNECT_SECONDS);
    else if (PQstatus(connection) != CONNECTION_OK
             || !set_schema(connection, url_query(url, "schema")))
        *verdict = say_why(connection, reached, said, room);
    else
        *verdict = MILL_OK;
    PQsetErrorVerbosity(connection, PQERRORS_DEFAULT);
    if (*verdict == MILL_OK)
        return connection;
    PQfinish(connection);
    return NULL;
}
