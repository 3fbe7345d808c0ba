/* SPDX-License-Identifier: Apache-2.0 */

/* graph - a pipeline as a picture: Mermaid, or DOT for Graphviz */

#include "pipeline/graph.h"

#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/definitions.h"
#include "plugin/registry.h"

/* How one of the two languages says it. */
struct picture {
    const char *begin;
    const char *end;
    void (*stage)(size_t index, const struct graph_stage *stage);
    /* LABEL: NULL for none; DEAD: for dead letters. */
    void (*edge)(size_t from, size_t to, const char *label, bool dead);
};

static void
put_mermaid(const char *text)
{
    for (; *text; text++) {
        if (strchr("\"#<>&", *text))
            printf("#%d;", *text);
        else
            putchar(*text == '\n' ? ' ' : *text);
    }
}

static void
mermaid_stage(size_t index, const struct graph_stage *stage)
{
    static const char *const open[] = { "", "([\"", "[\"", "[(\"" };
    static const char *const close[] = { "", "\"])", "\"]", "\")]" };
    enum mill_kind kind = stage->plugin->kind;

    printf("    s%zu%s", index, open[kind]);
    put_mermaid(stage->name);
    printf("<br/>%s ", registry_kind_name(kind));
    put_mermaid(stage->plugin->name);
    if (stage->workers > 1)
        printf(" x %lld", (long long)stage->workers);
    puts(close[kind]);
}

static void
mermaid_edge(size_t from, size_t to, const char *label, bool dead)
{
    printf("    s%zu %s", from, dead ? "-.->" : "-->");
    if (label) {
        fputs("|\"", stdout);
        put_mermaid(label);
        fputs("\"|", stdout);
    }
    printf(" s%zu\n", to);
}

static const struct picture mermaid = {
    .begin = "flowchart LR\n",
    .end = "",
    .stage = mermaid_stage,
    .edge = mermaid_edge,
};

static void
put_dot(const char *text)
{
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            putchar('\\');
        putchar(*text == '\n' ? ' ' : *text);
    }
}

static void
dot_stage(size_t index, const struct graph_stage *stage)
{
    static const char *const shapes[] = { "", "oval", "box", "cylinder" };
    enum mill_kind kind = stage->plugin->kind;

    printf("    s%zu [shape=%s, label=\"", index, shapes[kind]);
    put_dot(stage->name);
    printf("\\n%s ", registry_kind_name(kind));
    put_dot(stage->plugin->name);
    if (stage->workers > 1)
        printf(" x %lld", (long long)stage->workers);
    puts("\"];");
}

static void
dot_edge(size_t from, size_t to, const char *label, bool dead)
{
    printf("    s%zu -> s%zu", from, to);
    if (label || dead)
        printf(" [%s%slabel=\"", dead ? "style=dashed" : "", dead ? ", " : "");
    if (label)
        put_dot(label);
    puts(label || dead ? "\"];" : ";");
}

static const struct picture dot = {
    .begin = "digraph pipeline {\n    rankdir=LR;\n",
    .end = "}\n",
    .stage = dot_stage,
    .edge = dot_edge,
};

static void
draw(const struct graph *graph, const struct picture *picture)
{
    fputs(picture->begin, stdout);
    for (size_t i = 0; i < graph->stage_count; i++)
        picture->stage(i, &graph->stages[i]);
    for (size_t i = 0; i < graph->stage_count; i++) {
        const struct graph_stage *stage = &graph->stages[i];

        for (size_t j = 0; j < stage->input_count; j++)
            picture->edge(stage->inputs[j].stage, i, stage->inputs[j].stream,
                          false);
        if (stage->dead_letter >= 0)
            picture->edge(i, (size_t)stage->dead_letter, "dead letters", true);
    }
    fputs(picture->end, stdout);
}

static int
show_graph(const struct command *self, int argc, char **argv)
{
    static const struct option options[] = {
        { "plugin-path", required_argument, NULL, 'p' },
        { "dot", no_argument, NULL, 'd' },
        { 0 },
    };
    const struct picture *picture = &mermaid;
    const char *plugin_path = NULL;
    struct definitions definitions = { 0 };
    int found, status;

    while ((found = cli_next(self, argc, argv, options)) != CLI_REST) {
        if (found == CLI_HELP)
            return EXIT_DONE;
        if (found == CLI_WRONG)
            return EXIT_USAGE;
        if (found == 'p')
            plugin_path = optarg;
        else
            picture = &dot;
    }
    if (argc - optind != 1)
        return cli_misused(self, "exactly one definition, not %d",
                           argc - optind);
    status = definitions_read(&definitions, self, plugin_path, NULL,
                              argv + optind, 1);
    if (status == EXIT_DONE)
        draw(definitions.graphs[0], picture);
    definitions_finish(&definitions);
    return status;
}

const struct command command_graph = {
    .name = "graph",
    .summary = "draw a pipeline, for Mermaid or Graphviz",
    .help = "usage: millrace graph [OPTION...] FILE\n"
            "\n"
            "Writes the stages of a definition and what flows between them as "
            "a Mermaid\n"
            "flowchart, which many forges and editors show as a picture.\n"
            "\n"
            "  --dot         write DOT instead, for Graphviz: | dot -Tsvg\n" //
    CLI_HELP_PLUGIN_PATH CLI_HELP_HELP "\n"
            "exit status: 0, 2 where there is something wrong with the "
            "definition\n",
    .run = show_graph,
};
