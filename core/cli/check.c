/* SPDX-License-Identifier: Apache-2.0 */

/* check - everything that can be known about a pipeline without running it */

#include <stdio.h>

#include "cli/cli.h"
#include "cli/definitions.h"
#include "cli/execute.h"
#include "cli/promise.h"

static int
check_all(const struct definitions *definitions)
{
    for (size_t i = 0; i < definitions->count; i++) {
        const struct graph *graph = definitions->graphs[i];

        printf("%s: OK, pipeline \"%s\" with %zu stages\n", graph->file,
               graph->name, graph->stage_count);
        promise_print(stdout, graph);
    }
    return EXIT_DONE;
}

static int
check(const struct command *self, int argc, char **argv)
{
    static const struct option options[] = {
        { "plugin-path", required_argument, NULL, 'p' },
        { "line", required_argument, NULL, 'e' },
        { "log-format", required_argument, NULL, 'f' },
        { 0 },
    };
    const char *plugin_path = NULL;
    const char *line = NULL;
    struct definitions definitions = { 0 };
    struct execute_options format = { 0 };
    int status = EXIT_DONE;
    int found;

    while ((found = cli_next(self, argc, argv, options)) != CLI_REST) {
        if (found == CLI_HELP)
            return EXIT_DONE;
        if (found == CLI_WRONG)
            return EXIT_USAGE;
        if (found == 'p')
            plugin_path = optarg;
        else if (found == 'e')
            line = optarg;
        else
            status = execute_option(self, &format, found, optarg);
        if (status != EXIT_DONE)
            return status;
    }
    if (!line && optind == argc)
        return cli_misused(self, "no definition was given");
    status = definitions_read(&definitions, self, plugin_path, line,
                              argv + optind, (size_t)(argc - optind));
    if (status == EXIT_DONE)
        status = check_all(&definitions);
    definitions_finish(&definitions);
    return status;
}

const struct command command_check = {
    .name = "check",
    .summary = "check definitions, and say what they guarantee",
    .help = "usage: millrace check [OPTION...] FILE...\n"
            "       millrace check [OPTION...] -e 'STAGE ! STAGE ...'\n"
            "\n"
            "Checks everything that can be known without running: words, "
            "names, edges,\n"
            "plugins and their options.  Each fault is told with file and "
            "line.  For each\n"
            "path from a source to a sink it says how often a row arrives, "
            "over a crash\n"
            "too, and why.\n"
            "\n"
            "  -e LINE       a pipeline in one line: source, transforms, "
            "sink\n"
            "  --log-format=text|json\n"
            "                a fault as text, or as one JSON object\n" //
    CLI_HELP_PLUGIN_PATH CLI_HELP_HELP "\n"
            "exit status: 0, 2 where there is something wrong\n",
    .run = check,
};
