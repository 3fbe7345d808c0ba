/* SPDX-License-Identifier: Apache-2.0 */

/*
 * cli - the program: one file a command
 *
 * A command is a constant, command_NAME, in its own file and a row of the table
 * in main.c.  Results go to stdout, problems to stderr.
 */

#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <getopt.h>
#include <stdbool.h>

#include <millrace/batch.h>

struct registry;

/* How the program ends. */
enum exit_status {
    EXIT_DONE = 0,   /* also: drained on SIGTERM */
    EXIT_FAILED = 1, /* while running */
    EXIT_USAGE = 2,  /* bad usage or definition */
    EXIT_DEAD = 3,   /* done, but rows were dead-lettered */
};

struct command {
    const char *name;
    const char *summary; /* one line, no full stop */
    const char *help;    /* whole, its first line "usage: millrace NAME ..." */

    /* Returns the exit status.  argv[0] is the name of the command. */
    int (*run)(const struct command *self, int argc, char **argv);
};

extern const struct command command_run;
extern const struct command command_check;
extern const struct command command_graph;
extern const struct command command_inspect;
extern const struct command command_new;
extern const struct command command_state;
extern const struct command command_replay;

/* The whole program; returns its exit status. */
MILL_API int mill_main(int argc, char **argv);

/* ---- what the commands share (arguments.c) -------------------------------
 */

/* What cli_next() returns besides an option's letter. */
enum {
    CLI_REST = -1,  /* no more options: optind is where the rest begins */
    CLI_HELP = -2,  /* --help was shown: return EXIT_DONE */
    CLI_WRONG = -3, /* it was told what is wrong: return EXIT_USAGE */
};

/* The next option, as getopt_long() has it.  OPTIONS has long names only, each
 * with a letter as val, and needn't list --help. */
int cli_next(const struct command *command, int argc, char **argv,
             const struct option *options);

/* Tells what is wrong with how COMMAND was called, and where its help is;
 * returns EXIT_USAGE. */
int cli_misused(const struct command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The registry for --plugin-path (or NULL).  NULL: it was told what is wrong
 * with the path: return EXIT_USAGE. */
struct registry *cli_registry(const struct command *command,
                              const char *plugin_path);

/* The help text of --plugin-path, for all commands that have it. */
#define CLI_HELP_PLUGIN_PATH                                                   \
    "  --plugin-path=DIR[:DIR...]\n"                                           \
    "                look for plugins here first; each folder holds\n"         \
    "                sources/, transforms/, sinks/ with NAME.so in them\n"
#define CLI_HELP_HELP "  --help        show this text\n"

#endif /* CLI_CLI_H */
