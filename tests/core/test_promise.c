/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/promise.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"

#define LAYERS 12

static const struct mill_plugin replays = { .kind = MILL_SOURCE,
                                            .name = "tape",
                                            .flags = MILL_REPLAYS };
static const struct mill_plugin fleeting = { .kind = MILL_SOURCE,
                                             .name = "radio" };
static const struct mill_plugin plain = { .kind = MILL_TRANSFORM,
                                          .name = "plain" };
static const struct mill_plugin exact = { .kind = MILL_SINK,
                                          .name = "vault",
                                          .flags = MILL_EXACTLY_ONCE };
static const struct mill_plugin loose = { .kind = MILL_SINK, .name = "pipe" };

static struct graph graph;
static char *text;

/* Draws the graph in words. */
static void
print(struct graph_stage *stages, size_t count)
{
    size_t len;
    FILE *to = open_memstream(&text, &len);

    ck_assert_ptr_nonnull(to);
    graph.stages = stages;
    graph.stage_count = count;
    promise_print(to, &graph);
    ck_assert_int_eq(fclose(to), 0);
}

static void
setup(void)
{
    graph = (struct graph){ .name = "p", .state_dir = "/state" };
}

static void
teardown(void)
{
    free(text);
    text = NULL;
}

/* One source into one sink, as their plugins have it. */
static void
print_pair(const struct mill_plugin *source, const struct mill_plugin *sink)
{
    struct graph_input input = { .stage = 0 };
    struct graph_stage stages[] = {
        { .name = "in", .plugin = source },
        { .name = "out", .plugin = sink, .inputs = &input, .input_count = 1 },
    };

    print(stages, 2);
}

START_TEST(a_source_that_replays_into_a_sink_that_is_exact_is_exactly_once)
{
    print_pair(&replays, &exact);

    ck_assert_str_eq(text,
                     "  in -> out: exactly once: \"in\" (tape) is read again "
                     "from what was settled last, and \"out\" (vault) "
                     "restores exactly what it had made durable by then\n");
}
END_TEST

START_TEST(into_any_other_sink_it_is_at_least_once)
{
    print_pair(&replays, &loose);

    ck_assert_str_eq(text,
                     "  in -> out: at least once: \"in\" (tape) is read again "
                     "from what was settled last; \"out\" (pipe) may get rows "
                     "since then twice\n");
}
END_TEST

START_TEST(a_source_that_cannot_be_read_again_has_no_guarantee)
{
    print_pair(&fleeting, _i == 0 ? &exact : &loose);

    ck_assert_msg(strstr(text, "  in -> out: no guarantee over a crash: "
                               "\"in\" (radio) cannot be read again")
                      == text,
                  "%s", text);
}
END_TEST

START_TEST(without_a_state_nothing_is_exact)
{
    graph.state_dir = NULL;

    print_pair(&replays, &exact);

    ck_assert_msg(strstr(text, "at least once: no state is kept"), "%s", text);
}
END_TEST

START_TEST(what_a_source_excepts_is_said_behind_what_it_promises)
{
    struct graph_input input = { .stage = 0 };
    struct graph_stage stages[] = {
        { .name = "in", .plugin = &replays, .exception = "side B is not" },
        { .name = "out", .plugin = &loose, .inputs = &input, .input_count = 1 },
    };

    print(stages, 2);

    ck_assert_msg(strstr(text, "since then twice; except that side B is not\n"),
                  "%s", text);
}
END_TEST

START_TEST(a_path_names_its_stages_and_streams)
{
    struct graph_input inputs[] = { { .stage = 0, .stream = "users" },
                                    { .stage = 1 } };
    struct graph_stage stages[] = {
        { .name = "db", .plugin = &replays },
        { .name = "t", .plugin = &plain, .inputs = inputs, .input_count = 1 },
        { .name = "out",
          .plugin = &loose,
          .inputs = inputs + 1,
          .input_count = 1 },
    };

    print(stages, 3);

    ck_assert_msg(strstr(text, "  db.users -> t -> out: ") == text, "%s", text);
}
END_TEST

START_TEST(a_sink_for_dead_letters_is_on_no_path)
{
    struct graph_stage stages[] = {
        { .name = "dead", .plugin = &exact, .is_dead_letter = true },
    };

    print(stages, 1);

    ck_assert_str_eq(text, "");
}
END_TEST

/* Each layer has two stages that both read both of the one before, so there are
 * 2 to the power of LAYERS ways. */
START_TEST(of_too_many_paths_only_some_are_listed)
{
    struct graph_stage stages[2 + 2 * LAYERS] = { { .name = "in",
                                                    .plugin = &replays } };
    struct graph_input inputs[1 + LAYERS][2] = { { { .stage = 0 } } };
    size_t count = 1;
    size_t lines = 0;

    for (size_t layer = 0; layer < LAYERS; layer++) {
        for (size_t side = 0; side < 2; side++)
            stages[count + side] =
                (struct graph_stage){ .name = side == 0 ? "a" : "b",
                                      .plugin = &plain,
                                      .inputs = inputs[layer],
                                      .input_count = layer == 0 ? 1 : 2 };
        inputs[layer + 1][0].stage = count++;
        inputs[layer + 1][1].stage = count++;
    }
    stages[count++] = (struct graph_stage){ .name = "out",
                                            .plugin = &loose,
                                            .inputs = inputs[LAYERS],
                                            .input_count = 2 };

    print(stages, count);

    for (const char *at = text; (at = strchr(at, '\n')); at++)
        lines++;
    ck_assert_uint_eq(lines, PROMISE_PATHS_MAX + 1);
    ck_assert_ptr_nonnull(strstr(text, "\n  and more paths"));
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("promise");
    TCase *tests = tcase_create("promise");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(
        tests, a_source_that_replays_into_a_sink_that_is_exact_is_exactly_once);
    tcase_add_test(tests, into_any_other_sink_it_is_at_least_once);
    tcase_add_loop_test(
        tests, a_source_that_cannot_be_read_again_has_no_guarantee, 0, 2);
    tcase_add_test(tests, without_a_state_nothing_is_exact);
    tcase_add_test(tests,
                   what_a_source_excepts_is_said_behind_what_it_promises);
    tcase_add_test(tests, a_path_names_its_stages_and_streams);
    tcase_add_test(tests, a_sink_for_dead_letters_is_on_no_path);
    tcase_add_test(tests, of_too_many_paths_only_some_are_listed);
    suite_add_tcase(suite, tests);
    return suite;
}
