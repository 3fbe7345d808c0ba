/* SPDX-License-Identifier: Apache-2.0 */

/* maria - connecting, and what errors mean */

#include "maria.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include <errmsg.h>
#include <mysqld_error.h>

#include "database.h"

#define CONNECT_SECONDS 10u

static void
set_tls(MYSQL *mysql, const struct url *url)
{
    const char *ca = url_query(url, "ssl_ca");
    const char *ssl = url_query(url, "ssl");
    my_bool yes = 1;
    my_bool no = 0;
    bool verify = ssl ? strcmp(ssl, "verify_identity") == 0 : ca != NULL;
    bool wanted = ca || (ssl && strcmp(ssl, "disabled") != 0);

    if (ca)
        mysql_optionsv(mysql, MYSQL_OPT_SSL_CA, ca);
    mysql_optionsv(mysql, MYSQL_OPT_SSL_ENFORCE, wanted ? &yes : &no);
    mysql_optionsv(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT,
                   verify ? &yes : &no);
}

static void
set_options(MYSQL *mysql, const struct url *url, unsigned read_seconds)
{
    unsigned connect = CONNECT_SECONDS;
    unsigned off = 0;
    unsigned protocol =
        url_query(url, "socket") ? MYSQL_PROTOCOL_SOCKET : MYSQL_PROTOCOL_TCP;

    mysql_optionsv(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connect);
    mysql_optionsv(mysql, MYSQL_OPT_READ_TIMEOUT, &read_seconds);
    mysql_optionsv(mysql, MYSQL_OPT_WRITE_TIMEOUT, &read_seconds);
    mysql_optionsv(mysql, MYSQL_OPT_PROTOCOL, &protocol);
    /* A server may otherwise ask for any file of ours. */
    mysql_optionsv(mysql, MYSQL_OPT_LOCAL_INFILE, &off);
    mysql_optionsv(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    set_tls(mysql, url);
}

/* So that a host that is gone is noticed, however long a query may take. */
static void
keep_alive(int fd)
{
    int on = 1;
    int idle = 30;
    int between = 10;
    int times = 6;

    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &between, sizeof(between));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &times, sizeof(times));
}

bool
maria_connect(MYSQL *mysql, const struct url *url, unsigned seconds,
              unsigned long flags)
{
    const char *path = url_query(url, "socket");

    set_options(mysql, url, seconds);
    if (!mysql_real_connect(mysql, path ? NULL : url->host, url->user,
                            url->password, database_name(url),
                            (unsigned)(url->port ? url->port : MARIA_PORT),
                            path, flags))
        return false;
    keep_alive(mysql_get_socket(mysql));
    return true;
}

/* --- errors --- */

/* MySQL's only; MariaDB's header leaves it out. */
#define SECURE_TRANSPORT_REQUIRED 3159

/* What another try can't change.  All that isn't here is tried again, for the
 * time that the core allows. */
static const struct {
    unsigned number;
    const char *advice;
} lasting[] = {
    { ER_ACCESS_DENIED_ERROR, "; check user and password in the url" },
    { ER_DBACCESS_DENIED_ERROR, "; check the rights of the user" },
    { ER_TABLEACCESS_DENIED_ERROR, "; check the rights of the user" },
    { ER_COLUMNACCESS_DENIED_ERROR, "; check the rights of the user" },
    { ER_BAD_DB_ERROR, "; check the database at the end of the url" },
    { ER_NO_SUCH_TABLE, "" },
    { ER_BAD_TABLE_ERROR, "" },
    { ER_BAD_FIELD_ERROR, "" },
    { ER_HOST_NOT_PRIVILEGED, "; the server lets this host not in" },
    { ER_HOST_IS_BLOCKED, "; FLUSH HOSTS on the server lets it in again" },
    { ER_NOT_SUPPORTED_AUTH_MODE, "" },
    { ER_MUST_CHANGE_PASSWORD, "" },
    { SECURE_TRANSPORT_REQUIRED, "; add ssl=required to the url" },
    { ER_PARSE_ERROR, "" },
    { ER_NO_DB_ERROR, "" },
    { ER_VIEW_INVALID, "" },
    { ER_NON_INSERTABLE_TABLE, "" },
    { ER_CRASHED_ON_USAGE, "; repair it on the server" },
    { ER_BLOB_KEY_WITHOUT_LENGTH,
      "; say with the option types how long its key can be" },
    { ER_TOO_LONG_KEY, "; shorten it with the option types" },
    { ER_TOO_MANY_FIELDS, "" },
    { ER_DUP_FIELDNAME, "" },
    { ER_TOO_LONG_IDENT, "" },
    { ER_FIELD_SPECIFIED_TWICE, "" },
    { ER_SPECIFIC_ACCESS_DENIED_ERROR, "; check the rights of the user" },
    { ER_TRANS_CACHE_FULL,
      "; or set a shorter checkpoint: what comes between two is one "
      "transaction" },
    { ER_WRONG_COLUMN_NAME, "" },
    { ER_WRONG_TABLE_NAME, "" },
    { CR_AUTH_PLUGIN_CANNOT_LOAD, "" },
};

enum mill_verdict
maria_verdict(unsigned number, bool reached)
{
    if (number == CR_SSL_CONNECTION_ERROR)
        return reached ? MILL_RETRY : MILL_FATAL;
    for (size_t i = 0; i < sizeof(lasting) / sizeof(*lasting); i++)
        if (lasting[i].number == number)
            return MILL_FATAL;
    return MILL_RETRY;
}

const char *
maria_advice(unsigned number)
{
    if (number == CR_SSL_CONNECTION_ERROR)
        return "; check ssl and ssl_ca in the url";
    if (number == CR_CONN_HOST_ERROR || number == CR_CONNECTION_ERROR)
        return "; does the server run there?";
    for (size_t i = 0; i < sizeof(lasting) / sizeof(*lasting); i++)
        if (lasting[i].number == number)
            return lasting[i].advice;
    return "";
}
