/* SPDX-License-Identifier: Apache-2.0 */

/*
 * execute - runs graphs, with the signals and the log that this takes
 */

#ifndef CLI_EXECUTE_H
#define CLI_EXECUTE_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>

#include <millrace/plugin.h>

#include "cli/cli.h"
#include "pipeline/graph.h"

struct execute_options {
    enum mill_level log_level;
    bool log_json;
    bool quiet;                  /* no progress line */
    bool fresh;                  /* forget the state first */
    struct mill_duration report; /* how often figures are logged; 0: never */

    /* On SIGHUP: are the definitions, as they are now, right?  NULL: SIGHUP is
     * like SIGTERM. */
    bool (*may_reload)(void *arg);
    void *reload_arg;
};

/* What execute() returns where it ended for a reload; and where there are dead
 * letters already. */
#define EXECUTE_RELOAD 100
#define EXECUTE_RELOAD_DEAD 101

/* What they are where nothing is given. */
#define EXECUTE_DEFAULTS                                                       \
    {                                                                          \
        .log_level = MILL_INFO, .report.ns = INT64_C(60000000000)              \
    }

/* The command-line options for these, and their help. */
#define EXECUTE_OPTIONS                                                        \
    { "log-format", required_argument, NULL, 'f' },                            \
        { "log-level", required_argument, NULL, 'l' },                         \
        { "report", required_argument, NULL, 'm' },                            \
    {                                                                          \
        "quiet", no_argument, NULL, 'q'                                        \
    }
#define EXECUTE_HELP                                                           \
    "  --log-level=debug|info|warn|error\n"                                    \
    "                what is logged on stderr (default info)\n"                \
    "  --log-format=text|json\n"                                               \
    "                a line as text, or as one JSON object\n"                  \
    "  --report=DURATION\n"                                                    \
    "                how often rows, delivered, dead and to read are logged\n" \
    "                where there is no progress line (default 1m; 0s: "        \
    "never)\n"                                                                 \
    "  --quiet       no progress line on a terminal\n"

/* Takes one option that getopt found.  EXIT_DONE, or EXIT_USAGE after it was
 * told what is wrong. */
int execute_option(const struct command *self, struct execute_options *options,
                   int found, const char *value);

/* Runs all GRAPHS, side by side, to their end; the exit status. */
int execute(struct graph *const *graphs, size_t count,
            const struct execute_options *options);

#endif /* CLI_EXECUTE_H */
