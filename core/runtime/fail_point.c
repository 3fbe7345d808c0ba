/* SPDX-License-Identifier: Apache-2.0 */

/*
 * fail_point - dying at a named place, for crash tests
 *
 * MILLRACE_FAIL_POINT=NAME:N kills the process, as kill -9 would, at the Nth
 * call of mill_fail_point(NAME).
 */

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <millrace/plugin.h>

struct fail_point {
    const char *name; /* not NUL-terminated; NULL: none is set */
    size_t len;
    atomic_long left;
};

static struct fail_point *
fail_point(void)
{
    static struct fail_point point;

    return &point;
}

static void
read_environment(void)
{
    struct fail_point *point = fail_point();
    const char *setting = getenv("MILLRACE_FAIL_POINT");
    const char *colon = setting ? strrchr(setting, ':') : NULL;

    if (!setting)
        return;
    point->len = colon ? (size_t)(colon - setting) : strlen(setting);
    atomic_init(&point->left, colon ? strtol(colon + 1, NULL, 10) : 1);
    point->name = setting;
}

void
mill_fail_point(const char *name)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct fail_point *point = fail_point();

    pthread_once(&once, read_environment);
    if (!point->name || strlen(name) != point->len
        || strncmp(name, point->name, point->len) != 0)
        return;
    if (atomic_fetch_sub(&point->left, 1) == 1)
        kill(getpid(), SIGKILL);
}
