/* SPDX-License-Identifier: Apache-2.0 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/fake_registry.h"
#include "pipeline/definition.h"
#include "suite.h"

#define SOURCE "a = { source = \"file\"; path = \"in\"; };\n"
#define SINK "z = { sink = \"stdout\"; from = \"a\"; };\n"

static struct faults faults;
static struct graph *graph;

static void
setup(void)
{
    setenv("XDG_STATE_HOME", "/state", 1);
}

static void
teardown(void)
{
    faults_finish(&faults);
    graph_destroy(graph);
    graph = NULL;
}

/* Reads a definition; the graph, or what is left of it and faults. */
static void
read_text(const char *text)
{
    teardown();
    graph = definition_read_text(text, "x.cfg", fake_registry(), &faults);
    ck_assert_int_eq(!graph || graph->is_faulty, faults_any(&faults));
}

static void
read_line(const char *line)
{
    teardown();
    graph = definition_read_line(line, fake_registry(), &faults);
    ck_assert_int_eq(!graph || graph->is_faulty, faults_any(&faults));
}

/* Reads stages that make no graph, with `name` on line 1 and them from line 2
 * on. */
static void
read_stages(const char *stages)
{
    char text[4096];

    snprintf(text, sizeof(text), "name = \"x\"; stages = {\n%s};\n", stages);
    read_text(text);
}

/* The only fault is on LINE and says MESSAGE. */
static void
expect(int line, const char *message)
{
    for (size_t i = 1; i < faults.count; i++)
        ck_abort_msg("one fault more: %s", faults.items[i].message);
    ck_assert_uint_eq(faults.count, 1);
    ck_assert_str_eq(faults.items[0].message, message);
    ck_assert_int_eq(faults.items[0].line, line);
}

static const struct graph_stage *
stage(const char *name)
{
    for (size_t i = 0; i < graph->stage_count; i++)
        if (strcmp(graph->stages[i].name, name) == 0)
            return &graph->stages[i];
    ck_abort_msg("no stage %s", name);
    return NULL;
}

START_TEST(a_straight_line_becomes_a_graph)
{
    read_text("name = \"demo\";\n"
              "stages = {\n"
              "  posts = { source = \"file\"; path = \"in\"; rows = 5; };\n"
              "  lake = { sink = \"file\"; from = \"posts\"; size = \"1MiB\";\n"
              "           path = \"out/{from}\"; retry_for = \"forever\"; };\n"
              "};\n");

    ck_assert_str_eq(graph->name, "demo");
    ck_assert_str_eq(graph->state_dir, "/state/millrace/demo");
    ck_assert_int_eq(graph->memory, 256 << 20);
    ck_assert_int_eq(graph->max_record, 16 << 20);
    ck_assert_int_eq(graph->checkpoint_ns, 1000000000);
    ck_assert_int_eq(graph->connect_ns, INT64_C(30000000000));
    ck_assert_int_eq(graph->drain_ns, INT64_C(30000000000));
    ck_assert(!graph->dead_ok);
    ck_assert_int_eq(graph->max_dead, -1);
    ck_assert_uint_eq(graph->stage_count, 2);

    const struct graph_stage *lake = stage("lake");
    const struct fake_sink *options = lake->options;

    ck_assert_int_eq(lake->line, 4);
    ck_assert_str_eq(lake->file, "x.cfg");
    ck_assert_uint_eq(lake->input_count, 1);
    ck_assert_uint_eq(lake->inputs[0].stage, 0);
    ck_assert_ptr_null(lake->inputs[0].stream);
    ck_assert_int_eq(lake->retry_ns, -1);
    ck_assert_int_eq(lake->dead_letter, -1);
    ck_assert_int_eq(lake->workers, 1);
    ck_assert_str_eq(options->path.text, "out/{from}");
    ck_assert_int_eq(options->size.bytes, 1 << 20);
    ck_assert(options->ratio == 0.5);
}
END_TEST

START_TEST(edges_point_forward_whatever_the_order_of_the_text)
{
    read_stages(
        "dead = { sink = \"file\"; path = \"dead\"; };\n"
        "z = { sink = \"stdout\"; from = [\"m\", \"a.pins\"]; };\n"
        "m = { transform = \"fields\"; from = \"a.users\"; workers = 4;\n"
        "      dead_letter = \"dead\"; retry_for = \"90s\"; };\n" SOURCE);

    ck_assert_ptr_nonnull(graph);
    for (size_t i = 0; i < graph->stage_count; i++)
        for (size_t k = 0; k < graph->stages[i].input_count; k++)
            ck_assert_uint_lt(graph->stages[i].inputs[k].stage, i);
    ck_assert_str_eq(graph->stages[3].name, "dead");
    ck_assert(graph->stages[3].is_dead_letter);
    ck_assert_int_eq(stage("m")->dead_letter, 3);
    ck_assert_int_eq(stage("m")->workers, 4);
    ck_assert_int_eq(stage("m")->retry_ns, INT64_C(90000000000));
    ck_assert_str_eq(stage("m")->inputs[0].stream, "users");
    ck_assert_str_eq(stage("z")->inputs[1].stream, "pins");
}
END_TEST

START_TEST(streams_may_hold_dots)
{
    read_stages(SOURCE "z = { sink = \"stdout\"; from = \"a.b.c.json\"; };\n");

    ck_assert_str_eq(stage("z")->inputs[0].stream, "b.c.json");
}
END_TEST

START_TEST(max_record_is_no_more_than_memory)
{
    read_text("name = \"x\"; memory = \"4MiB\"; stages = {" SOURCE SINK "};");
    ck_assert_int_eq(graph->max_record, 4 << 20);

    read_text("name = \"x\"; memory = \"4MiB\";\nmax_record = \"5MiB\";\n"
              "stages = {" SOURCE SINK "};");
    expect(2, "setting \"max_record\": more than memory: such a record could "
              "never be read");
}
END_TEST

START_TEST(the_state_goes_where_it_is_told)
{
    read_text("name = \"x\"; state_dir = \"/tmp/${USER_OF_TEST:-me}\";\n"
              "stages = {" SOURCE SINK "};");
    ck_assert_str_eq(graph->state_dir, "/tmp/me");

    unsetenv("XDG_STATE_HOME");
    setenv("HOME", "/home/me", 1);
    read_stages(SOURCE SINK);
    ck_assert_str_eq(graph->state_dir, "/home/me/.local/state/millrace/x");

    unsetenv("HOME");
    read_stages(SOURCE SINK);
    expect(1, "setting \"state_dir\" is missing, and neither XDG_STATE_HOME "
              "nor HOME says where it could be");
}
END_TEST

START_TEST(all_faults_are_reported_by_line)
{
    read_text("name = \"x\";\nmemroy = \"1GiB\";\nstages = {\n"
              "a = { source = \"fiel\"; };\n"
              "b = { transform = \"fields\"; from = \"c\"; };\n"
              "z = { sink = \"file\"; from = \"b\"; size = \"1\"; };\n};\n");

    faults_sort(&faults);
    ck_assert_uint_eq(faults.count, 5);
    ck_assert_str_eq(faults.items[0].message,
                     "unknown setting \"memroy\" (did you mean \"memory\"?)");
    ck_assert_int_eq(faults.items[1].line, 4);
    ck_assert_int_eq(faults.items[2].line, 5);
    ck_assert_int_eq(faults.items[3].line, 6);
    ck_assert_int_eq(faults.items[4].line, 6);
}
END_TEST

START_TEST(a_refused_plugin_says_why)
{
    read_stages(SOURCE "b = { transform = \"broken\"; from = \"a\"; };\n"
                       "z = { sink = \"stdout\"; from = \"b\"; };\n");

    expect(3, "stage \"b\": transform \"broken\" can't be used: it is broken");
}
END_TEST

START_TEST(a_plugin_of_another_kind_is_named)
{
    read_stages("a = { source = \"stdout\"; };\n" SINK);

    expect(2, "stage \"a\": there is no source \"stdout\", but a sink of that "
              "name");
}
END_TEST

START_TEST(circles_are_shown_once)
{
    read_stages(SOURCE "b = { transform = \"one\"; from = [\"a\", \"d\"]; };\n"
                       "c = { transform = \"one\"; from = \"b\"; };\n"
                       "d = { transform = \"one\"; from = \"c\"; };\n"
                       "e = { transform = \"one\"; from = \"d\"; };\n"
                       "z = { sink = \"stdout\"; from = \"e\"; };\n");

    expect(3, "stage \"b\": from goes in a circle: \"b\" reads \"d\" reads "
              "\"c\" reads \"b\"");
}
END_TEST

START_TEST(workers_need_a_plugin_that_scales)
{
    read_stages(SOURCE "b = { transform = \"one\"; from = \"a\";\n"
                       "workers = 2; };\n"
                       "z = { sink = \"stdout\"; from = \"b\"; };\n");

    expect(4, "stage \"b\": one can't be shared by several workers");
}
END_TEST

START_TEST(a_password_in_a_url_comes_from_outside)
{
    setenv("PW", "a:b@c", 1);
    read_stages("a = { source = \"db\"; url = \"my://u:${PW}@h/d\"; };\n" SINK);
    ck_assert_str_eq(((const struct fake_db *)stage("a")->options)->url.text,
                     "my://u:a%3Ab%40c@h/d");

    read_stages("a = { source = \"db\"; url = \"lite:/x\"; };\n" SINK);
    ck_assert_ptr_nonnull(graph);
    read_stages("a = { source = \"db\"; url = \"my://${U:-me}@h/d?a=b:c@d\"; "
                "};\n" SINK);
    ck_assert_ptr_nonnull(graph);

    read_stages(
        "a = { source = \"db\"; url = \"my://${U:-me}:pw@h/d\"; };\n" SINK);
    expect(2, "stage \"a\": option \"url\": the password stands in the "
              "definition: put it into the environment and write ${VAR}");
}
END_TEST

START_TEST(integers_that_would_be_cut_are_faults)
{
    read_stages("a = { source = \"file\"; path = \"in\";\n"
                "rows = 3000000000; };\n" SINK);
    ck_assert_int_ge(faults.count, 1);
    ck_assert_str_eq(faults.items[0].message,
                     "3000000000 doesn't fit 32 bits and would be cut: write "
                     "3000000000L");
    ck_assert_int_eq(faults.items[0].line, 3);

    read_stages("a = { source = \"file\"; path = \"in\";\n"
                "rows = 3000000000L; };\n" SINK);
    ck_assert_int_eq(((const struct fake_source *)stage("a")->options)->rows,
                     INT64_C(3000000000));
}
END_TEST

START_TEST(numbers_in_texts_and_comments_are_no_integers)
{
    read_stages("# 3000000000\n// 3000000000\n/* 3000000000\n*/"
                "a = { source = \"file\"; path = \"3000000000 \\\" "
                "3000000000\"; };\n" SINK);

    ck_assert_ptr_nonnull(graph);
    ck_assert_int_eq(stage("a")->line, 5);
}
END_TEST

START_TEST(included_files_have_lines_of_their_own)
{
    char folder[] = "/tmp/test_definition.XXXXXX";
    char main_file[64];
    char part[64];
    FILE *file;

    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(main_file, sizeof(main_file), "%s/main.cfg", folder);
    snprintf(part, sizeof(part), "%s/part.cfg", folder);
    file = fopen(main_file, "w");
    fputs("name = \"x\"; stages = {\n@include \"part.cfg\"\n" SINK "};\n",
          file);
    fclose(file);
    file = fopen(part, "w");
    fputs("\na = { source = \"file\"; path = \"in\";\nbad = 1; };\n", file);
    fclose(file);

    graph = definition_read(main_file, fake_registry(), &faults);

    expect(3, "stage \"a\": unknown option \"bad\" (there are: path, poll, "
              "rows, from, workers, dead_letter, retry_for)");
    ck_assert_str_eq(faults.items[0].file, part);
    unlink(part);
    unlink(main_file);
    rmdir(folder);
}
END_TEST

START_TEST(what_can_not_be_read_is_a_fault)
{
    graph = definition_read("/does/not/exist", fake_registry(), &faults);
    expect(0, "cannot be opened: No such file or directory");
    teardown();

    graph = definition_read("/tmp", fake_registry(), &faults);
    expect(0, "is a folder, not a definition");
    teardown();

    read_text("name = \"x\";\n@include \"/tmp\"\n");
    expect(2, "cannot include /tmp: it isn't a file");
}
END_TEST

START_TEST(names_and_folders_of_two_pipelines_differ)
{
    static const char one[] = "name = \"one\"; stages = {" SOURCE SINK "};\n";
    static const char same[] = "stages = {" SOURCE SINK "};\nname = \"one\";\n";
    static const char folder[] = "name = \"two\"; stages = {" SOURCE SINK
                                 "};\nstate_dir = \"/state/millrace/one\";\n";
    struct graph *graphs[2];

    graphs[0] = definition_read_text(one, "1.cfg", fake_registry(), &faults);
    graphs[1] = definition_read_text(same, "2.cfg", fake_registry(), &faults);
    ck_assert(!definition_check_together(graphs, 2, &faults));
    expect(4, "setting \"name\": \"one\" is the name of 1.cfg too");
    faults_finish(&faults);
    graph_destroy(graphs[1]);

    graphs[1] = definition_read_text(folder, "2.cfg", fake_registry(), &faults);
    ck_assert(!definition_check_together(graphs, 2, &faults));
    expect(4, "setting \"state_dir\": /state/millrace/one is that of 1.cfg "
              "too");
    ck_assert(definition_check_together(graphs, 1, &faults));
    graph_destroy(graphs[0]);
    graph_destroy(graphs[1]);
}
END_TEST

START_TEST(a_line_becomes_a_graph)
{
    read_line("file path='in file' rows=3 ! fields drop=a,b\\,c drop=\"d\" ! "
              "file path=out/{from}");

    ck_assert_ptr_nonnull(graph);
    ck_assert_str_eq(graph->name, "-e");
    ck_assert_ptr_null(graph->state_dir);
    ck_assert_uint_eq(graph->stage_count, 3);
    ck_assert_str_eq(graph->stages[0].name, "file");
    ck_assert_str_eq(graph->stages[1].name, "fields");
    ck_assert_str_eq(graph->stages[2].name, "file-2");
    ck_assert_uint_eq(graph->stages[2].inputs[0].stage, 1);

    const struct fake_source *source = graph->stages[0].options;
    const struct fake_fields *fields = graph->stages[1].options;

    ck_assert_str_eq(source->path, "in file");
    ck_assert_int_eq(source->rows, 3);
    ck_assert_str_eq(fields->drop[0], "a");
    ck_assert_str_eq(fields->drop[1], "b,c");
    ck_assert_str_eq(fields->drop[2], "d");
    ck_assert_ptr_null(fields->drop[3]);
    ck_assert_str_eq(fields->keep[0], "index");
}
END_TEST

START_TEST(a_line_takes_the_words_of_the_core)
{
    read_line("file path=x ! fields workers=3 retry_for=forever ! stdout "
              "from=fields,file.pins");

    ck_assert_ptr_nonnull(graph);
    ck_assert_int_eq(graph->stages[1].workers, 3);
    ck_assert_int_eq(graph->stages[1].retry_ns, -1);
    ck_assert_uint_eq(graph->stages[2].input_count, 2);
    ck_assert_str_eq(graph->stages[2].inputs[1].stream, "pins");
}
END_TEST

START_TEST(broken_lines_are_faults)
{
    read_line("file path=x");
    expect(1, "one stage is no pipeline: write SOURCE ! SINK");
    read_line("");
    expect(1, "a plugin's name is missing behind the !");
    read_line("file path=x !");
    expect(1, "a plugin's name is missing behind the !");
    read_line("! stdout");
    expect(1, "a plugin's name is missing before the !");
    read_line("file path=x !\n! stdout");
    expect(2, "a plugin's name is missing before the !");
    read_line("file path='x ! stdout");
    expect(1, "a ' has no second one");
    read_line("file path ! stdout");
    expect(1, "\"path\" is no NAME=VALUE (stages are parted by a ! between "
              "blanks)");
    read_line("file path=x path=y ! stdout");
    expect(1, "stage \"file\": option \"path\" is given twice");
    read_line("file path=x ! stdout colour=red");
    expect(1, "stage \"stdout\": unknown option \"colour\" (there are: from, "
              "workers, dead_letter, retry_for)");
    read_line("stdout ! file path=x");
    expect(1, "stage \"stdout\": there is no source \"stdout\", but a sink of "
              "that name");
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("definition");
    TCase *tests = tcase_create("definition");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_straight_line_becomes_a_graph);
    tcase_add_test(tests, edges_point_forward_whatever_the_order_of_the_text);
    tcase_add_test(tests, streams_may_hold_dots);
    tcase_add_test(tests, max_record_is_no_more_than_memory);
    tcase_add_test(tests, the_state_goes_where_it_is_told);
    tcase_add_test(tests, all_faults_are_reported_by_line);
    tcase_add_test(tests, a_refused_plugin_says_why);
    tcase_add_test(tests, a_plugin_of_another_kind_is_named);
    tcase_add_test(tests, circles_are_shown_once);
    tcase_add_test(tests, workers_need_a_plugin_that_scales);
    tcase_add_test(tests, a_password_in_a_url_comes_from_outside);
    tcase_add_test(tests, integers_that_would_be_cut_are_faults);
    tcase_add_test(tests, numbers_in_texts_and_comments_are_no_integers);
    tcase_add_test(tests, included_files_have_lines_of_their_own);
    tcase_add_test(tests, what_can_not_be_read_is_a_fault);
    tcase_add_test(tests, names_and_folders_of_two_pipelines_differ);
    tcase_add_test(tests, a_line_becomes_a_graph);
    tcase_add_test(tests, a_line_takes_the_words_of_the_core);
    tcase_add_test(tests, broken_lines_are_faults);
    suite_add_tcase(suite, tests);
    return suite;
}
