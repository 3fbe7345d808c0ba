/* SPDX-License-Identifier: Apache-2.0 */

#include "plugin/registry.h"

#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "suite.h"

/* A temporary folder, and in it two folders of plugins, one and two. */
static char home[] = "/tmp/test_registry.XXXXXX";
static char one[64], two[64], both[160];
static struct registry *registry;
static const char *why;

static void
make_folders(const char *folder)
{
    static const char *const parts[] = { "", "/sources", "/transforms",
                                         "/sinks" };

    for (size_t i = 0; i < 4; i++) {
        char path[128];

        snprintf(path, sizeof(path), "%s%s", folder, parts[i]);
        ck_assert_int_eq(mkdir(path, 0777), 0);
    }
}

static void
setup(void)
{
    memset(home + strlen(home) - 6, 'X', 6);
    ck_assert_ptr_nonnull(mkdtemp(home));
    snprintf(one, sizeof(one), "%s/one", home);
    snprintf(two, sizeof(two), "%s/two", home);
    snprintf(both, sizeof(both), "%s:%s", one, two);
    make_folders(one);
    make_folders(two);
    setenv("XDG_CACHE_HOME", home, 1);
    unsetenv("MILLRACE_PLUGIN_PATH");
}

static void
teardown(void)
{
    pid_t pid;

    registry_destroy(registry);
    registry = NULL;
    pid = fork();
    if (pid == 0) {
        execl("/bin/rm", "rm", "-rf", home, (char *)NULL);
        _exit(1);
    }
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}

/* Puts a file with that text in FOLDER. */
static void
put_text(const char *folder, const char *name, const char *text)
{
    char path[160];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    ck_assert_int_eq(fclose(file), 0);
}

/* Puts one of tests/plugins-bad, a sink, there. */
static void
put_plugin(const char *folder, const char *name, const char *plugin)
{
    char from[512], to[160], real[PATH_MAX];
    const char *build = getenv("top_builddir");

    snprintf(from, sizeof(from), "%s/tests/plugins-bad/sinks/.libs/%s.so",
             build ? build : ".", plugin);
    snprintf(to, sizeof(to), "%s/%s", folder, name);
    ck_assert_msg(realpath(from, real) != NULL, "%s isn't built", from);
    ck_assert_int_eq(symlink(real, to), 0);
}

static void
create(const char *path)
{
    registry = registry_create(path);
    ck_assert_ptr_nonnull(registry);
}

/* How many entries lie below FOLDER. */
static size_t
count_in(const char *folder)
{
    size_t count = 0;

    for (size_t i = 0; i < registry_count(registry); i++)
        count += strncmp(registry_at(registry, i)->path, folder, strlen(folder))
                 == 0;
    return count;
}

START_TEST(what_is_there_is_listed_by_kind_and_name)
{
    put_text(one, "sinks/b.so", "");
    put_text(one, "sinks/a.so", "");
    put_text(one, "sources/z.so", "");
    put_text(two, "transforms/m.so", "");
    put_text(one, "sinks/a.la", "");
    put_text(one, "sinks/.so", "");

    create(both);

    const char *expected[] = { "z", "m", "a", "b" };
    size_t next = 0;

    for (size_t i = 0; i < registry_count(registry); i++)
        if (strncmp(registry_at(registry, i)->path, home, strlen(home)) == 0)
            ck_assert_str_eq(registry_at(registry, i)->name, expected[next++]);
    ck_assert_uint_eq(next, 4);
}
END_TEST

START_TEST(what_libtool_built_is_found_where_it_put_it)
{
    char libs[96];

    snprintf(libs, sizeof(libs), "%s/sinks/.libs", one);
    ck_assert_int_eq(mkdir(libs, 0777), 0);
    put_plugin(one, "sinks/.libs/good.so", "good");

    create(one);

    ck_assert_uint_eq(count_in(one), 1);
    ck_assert_ptr_nonnull(registry_find(registry, MILL_SINK, "good", &why));
}
END_TEST

START_TEST(a_plugin_is_found_by_kind_and_name)
{
    put_plugin(one, "sinks/good.so", "good");
    create(one);

    const struct mill_plugin *plugin =
        registry_find(registry, MILL_SINK, "good", &why);

    ck_assert_ptr_nonnull(plugin);
    ck_assert_str_eq(plugin->name, "good");
    ck_assert_ptr_null(why);
    ck_assert_ptr_eq(registry_find(registry, MILL_SINK, "good", &why), plugin);
    ck_assert_ptr_null(registry_find(registry, MILL_SOURCE, "good", &why));
    ck_assert_ptr_null(why);
}
END_TEST

START_TEST(a_plugin_outlives_its_registry)
{
    put_plugin(one, "sinks/good.so", "good");
    create(one);

    const struct mill_plugin *plugin =
        registry_find(registry, MILL_SINK, "good", &why);

    registry_destroy(registry);
    ck_assert_str_eq(plugin->name, "good");

    create(one);
    ck_assert_ptr_eq(registry_find(registry, MILL_SINK, "good", &why), plugin);
}
END_TEST

START_TEST(what_is_not_there_has_no_reason)
{
    create(one);

    why = "before";
    ck_assert_ptr_null(registry_find(registry, MILL_SINK, "nothing", &why));
    ck_assert_ptr_null(why);
    ck_assert_ptr_null(
        registry_find(registry, MILL_SINK, "../sinks/good", &why));
    ck_assert_ptr_null(why);
}
END_TEST

START_TEST(a_refused_plugin_keeps_its_reason)
{
    put_plugin(one, "sinks/crash.so", "crash");
    put_plugin(one, "sinks/good.so", "good");
    create(one);

    ck_assert_ptr_null(registry_find(registry, MILL_SINK, "crash", &why));
    ck_assert_ptr_nonnull(why);
    ck_assert_msg(strstr(why, "signal 11"), "%s", why);

    const char *first = why;

    ck_assert_ptr_nonnull(registry_find(registry, MILL_SINK, "good", &why));
    ck_assert_ptr_null(registry_find(registry, MILL_SINK, "crash", &why));
    ck_assert_str_eq(why, first);
}
END_TEST

START_TEST(the_first_folder_that_has_it_counts)
{
    put_plugin(one, "sinks/good.so", "crash");
    put_plugin(two, "sinks/good.so", "good");
    create(both);

    ck_assert_ptr_null(registry_find(registry, MILL_SINK, "good", &why));
    ck_assert_ptr_nonnull(why);
    ck_assert_uint_eq(count_in(one), 1);
    ck_assert_uint_eq(count_in(two), 0);
}
END_TEST

START_TEST(the_environment_comes_after_the_argument)
{
    put_plugin(one, "sinks/good.so", "crash");
    put_plugin(two, "sinks/good.so", "good");
    setenv("MILLRACE_PLUGIN_PATH", one, 1);

    create(two);

    ck_assert_ptr_nonnull(registry_find(registry, MILL_SINK, "good", &why));
}
END_TEST

START_TEST(a_name_that_no_pipeline_could_spell_is_refused)
{
    put_plugin(one, "sinks/so good.so", "good");
    create(one);

    ck_assert_ptr_null(registry_find(registry, MILL_SINK, "so good", &why));
    ck_assert_msg(strstr(why, "letters, digits"), "%s", why);
}
END_TEST

START_TEST(a_folder_that_is_not_there_is_a_problem)
{
    char path[128];

    create(both);
    ck_assert_ptr_null(registry_problem(registry));
    registry_destroy(registry);

    snprintf(path, sizeof(path), "%s:%s/three", one, home);
    create(path);
    ck_assert_msg(strstr(registry_problem(registry), "/three"), "%s",
                  registry_problem(registry));
    ck_assert_msg(strstr(registry_problem(registry), "--plugin-path"), "%s",
                  registry_problem(registry));
}
END_TEST

START_TEST(an_unwritable_cache_is_no_problem)
{
    setenv("XDG_CACHE_HOME", "/proc/nowhere", 1);
    put_plugin(one, "sinks/good.so", "good");

    create(one);

    ck_assert_ptr_nonnull(registry_find(registry, MILL_SINK, "good", &why));
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("registry");
    TCase *tests = tcase_create("registry");

    tcase_set_timeout(tests, 30);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, what_is_there_is_listed_by_kind_and_name);
    tcase_add_test(tests, what_libtool_built_is_found_where_it_put_it);
    tcase_add_test(tests, a_plugin_is_found_by_kind_and_name);
    tcase_add_test(tests, a_plugin_outlives_its_registry);
    tcase_add_test(tests, what_is_not_there_has_no_reason);
    tcase_add_test(tests, a_refused_plugin_keeps_its_reason);
    tcase_add_test(tests, the_first_folder_that_has_it_counts);
    tcase_add_test(tests, the_environment_comes_after_the_argument);
    tcase_add_test(tests, a_name_that_no_pipeline_could_spell_is_refused);
    tcase_add_test(tests, a_folder_that_is_not_there_is_a_problem);
    tcase_add_test(tests, an_unwritable_cache_is_no_problem);
    suite_add_tcase(suite, tests);
    return suite;
}
