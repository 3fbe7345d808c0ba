/* SPDX-License-Identifier: Apache-2.0 */

/* main - finds the command and runs it */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <millrace/json.h>

#include "cli/cli.h"
#include "config.h"
#include "plugin/fault.h"

static const struct command *const commands[] = {
    &command_run, &command_check, &command_graph,  &command_inspect,
    &command_new, &command_state, &command_replay,
};

#define COMMANDS (sizeof(commands) / sizeof(*commands))

static void
show_help(FILE *to)
{
    fputs("usage: millrace COMMAND [OPTION...] [ARGUMENT...]\n"
          "\n"
          "Moves rows from sources through transforms into sinks, each of "
          "them a plugin.\n"
          "\n",
          to);
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(to, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
    fputs("\n"
          "  --help     show this text; millrace COMMAND --help shows more\n"
          "  --version  show the version\n"
          "\n"
          "exit status: 0 done, 1 failed while running, 2 wrong usage or "
          "definition,\n"
          "             3 done, but some rows became dead letters\n",
          to);
}

static const struct command *
find_command(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static int
tell_unknown(const char *word)
{
    const char *names[COMMANDS];
    struct mill_buffer hint = { 0 };

    for (size_t i = 0; i < COMMANDS; i++)
        names[i] = commands[i]->name;
    suggest(&hint, word, names, COMMANDS);
    fprintf(stderr, "millrace: unknown %s \"%s\"%s\ntry: millrace --help\n",
            *word == '-' ? "option" : "command", word, mill_buffer_text(&hint));
    mill_buffer_finish(&hint);
    return EXIT_USAGE;
}

static int
dispatch(int argc, char **argv)
{
    const struct command *command;

    if (argc < 2) {
        show_help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        show_help(stdout);
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("millrace " PACKAGE_VERSION);
        return EXIT_DONE;
    }
    command = find_command(argv[1]);
    if (!command)
        return tell_unknown(argv[1]);
    return command->run(command, argc - 1, argv + 1);
}

int
mill_main(int argc, char **argv)
{
    int status;

    /* Whoever started us may have left it ignored, and then no helper's status
     * could be had. */
    signal(SIGCHLD, SIG_DFL);
    status = dispatch(argc, argv);
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    fprintf(stderr, "millrace: cannot write to standard output: %s\n",
            strerror(errno));
    return status == EXIT_DONE ? EXIT_FAILED : status;
}
