/* SPDX-License-Identifier: Apache-2.0 */

/* maria - checks the url's settings and hands them to libmariadb */

#include "maria.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#define CONNECT_SECONDS 10u
#define PORT 3306

const char *
maria_database(const struct url *url)
{
    return url->path[0] == '/' ? url->path + 1 : url->path;
}

static bool
check_query(const struct url *url, const char **why)
{
    const char *ssl = url_query(url, "ssl");

    for (size_t i = 0; i < url->query_count; i++) {
        const char *name = url->query[i].name;

        if (strcmp(name, "ssl") != 0 && strcmp(name, "ssl_ca") != 0
            && strcmp(name, "socket") != 0)
            *why = "behind the question mark there can be ssl, ssl_ca and "
                   "socket";
    }
    if (ssl && strcmp(ssl, "disabled") != 0 && strcmp(ssl, "required") != 0
        && strcmp(ssl, "verify_identity") != 0)
        *why = "ssl is one of disabled, required and verify_identity";
    else if (ssl && strcmp(ssl, "disabled") == 0 && url_query(url, "ssl_ca"))
        *why = "ssl_ca is of no use with ssl=disabled";
    return !*why;
}

bool
maria_url_check(const struct url *url, const char **why)
{
    const char *database = maria_database(url);

    *why = NULL;
    if (!url->host || !url->host[0])
        *why = "the host is missing: mysql://user:password@host:port/database";
    else if (!database[0] || strchr(database, '/'))
        *why = "after the host comes one name, of the database: "
               "mysql://user:password@host:port/database";
    return !*why && check_query(url, why);
}

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
                            url->password, maria_database(url),
                            (unsigned)(url->port ? url->port : PORT), path,
                            flags))
        return false;
    keep_alive(mysql_get_socket(mysql));
    return true;
}
