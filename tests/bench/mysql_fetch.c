/* SPDX-License-Identifier: Apache-2.0 */

/*
 * mysql_fetch - what libmariadb alone costs: a table's rows fetched, no more
 *
 *     mysql_fetch HOST PORT USER PASSWORD DATABASE TABLE KEY
 *
 * The measure that `rds` into a file is held against.  Prints rows, the bytes
 * of all fields, and the CPU seconds that the process took for them.
 */

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <mysql.h>

static double
cpu_seconds(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
           + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static int
complain(MYSQL *mysql, const char *what)
{
    fprintf(stderr, "mysql_fetch: cannot %s: %s\n", what, mysql_error(mysql));
    return 1;
}

static int
fetch_all(MYSQL *mysql)
{
    MYSQL_RES *result = mysql_use_result(mysql);
    unsigned long long rows = 0;
    unsigned long long bytes = 0;

    if (!result)
        return complain(mysql, "read");
    while (mysql_fetch_row(result)) {
        const unsigned long *lengths = mysql_fetch_lengths(result);

        for (unsigned i = 0; i < mysql_num_fields(result); i++)
            bytes += lengths[i];
        rows++;
    }
    mysql_free_result(result);
    if (mysql_errno(mysql))
        return complain(mysql, "read on");
    printf("rows=%llu bytes=%llu cpu=%.3f\n", rows, bytes, cpu_seconds());
    return 0;
}

int
main(int argc, char **argv)
{
    char text[512];
    unsigned tcp = MYSQL_PROTOCOL_TCP;
    MYSQL *mysql = mysql_init(NULL);

    if (argc != 8) {
        fputs("usage: mysql_fetch HOST PORT USER PASSWORD DATABASE TABLE KEY\n",
              stderr);
        return 2;
    }
    mysql_optionsv(mysql, MYSQL_OPT_PROTOCOL, &tcp);
    mysql_optionsv(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    if (!mysql_real_connect(mysql, argv[1], argv[3], argv[4], argv[5],
                            (unsigned)strtoul(argv[2], NULL, 10), NULL, 0))
        return complain(mysql, "connect");
    snprintf(text, sizeof(text), "SELECT * FROM `%s` ORDER BY `%s`", argv[6],
             argv[7]);
    if (mysql_query(mysql, text) != 0)
        return complain(mysql, "select");

    int status = fetch_all(mysql);

    mysql_close(mysql);
    return status;
}
