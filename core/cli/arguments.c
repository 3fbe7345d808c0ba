/* SPDX-License-Identifier: Apache-2.0 */

/* arguments - what all commands do with their arguments */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <millrace/json.h>

#include "cli/cli.h"
#include "cli/tell.h"
#include "plugin/fault.h"
#include "plugin/registry.h"

/* More than any command has. */
#define OPTIONS_MAX 32

int
cli_misused(const struct command *command, const char *format, ...)
{
    va_list args;

    fprintf(stderr, "millrace %s: ", command->name);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\ntry: millrace %s --help\n", command->name);
    return EXIT_USAGE;
}

/* -e is the one option with a single letter; ":" because getopt_long() is to
 * tell a missing value from an unknown option. */
static const char *
short_options(const struct option *options)
{
    for (; options->name; options++)
        if (options->val == 'e')
            return ":e:";
    return ":";
}

/* Copies OPTIONS, adds --help, and returns how many there are. */
static size_t
with_help(struct option *to, const struct option *options)
{
    size_t count = 0;

    for (; count < OPTIONS_MAX - 2 && options[count].name; count++)
        to[count] = options[count];
    to[count++] = (struct option){ "help", no_argument, NULL, CLI_HELP };
    to[count] = (struct option){ 0 };
    return count;
}

static void
tell_unknown(const struct command *command, const char *word,
             const struct option *options, size_t count)
{
    char spelt[OPTIONS_MAX][48];
    const char *names[OPTIONS_MAX];
    char name[64];
    struct mill_buffer hint = { 0 };

    for (size_t i = 0; i < count; i++) {
        snprintf(spelt[i], sizeof(spelt[i]), "--%s", options[i].name);
        names[i] = spelt[i];
    }
    snprintf(name, sizeof(name), "%.*s", (int)strcspn(word, "="), word);
    suggest(&hint, name, names, count);
    cli_misused(command, "unknown option \"%s\"%s", name,
                mill_buffer_text(&hint));
    mill_buffer_finish(&hint);
}

int
cli_next(const struct command *command, int argc, char **argv,
         const struct option *options)
{
    struct option all[OPTIONS_MAX];
    size_t count = with_help(all, options);
    const char *word;
    int found;

    opterr = 0;
    found = getopt_long(argc, argv, short_options(all), all, NULL);
    if (found == CLI_HELP) {
        fputs(command->help, stdout);
        return CLI_HELP;
    }
    if (found == ':') {
        cli_misused(command, "option \"%s\" needs a value", argv[optind - 1]);
        return CLI_WRONG;
    }
    if (found != '?')
        return found;
    word = argv[optind - 1];
    if (optopt == 0)
        tell_unknown(command, word, all, count);
    else if (strncmp(word, "--", 2) == 0 && strchr(word, '='))
        cli_misused(command, "option \"%.*s\" takes no value",
                    (int)strcspn(word, "="), word);
    else
        cli_misused(command, "unknown option \"-%c\"", optopt);
    return CLI_WRONG;
}

struct registry *
cli_registry(const struct command *command, const char *plugin_path)
{
    struct registry *registry = registry_create(plugin_path);
    const char *problem;

    if (!registry) {
        tell(MILL_ERROR, NULL, "no memory");
        return NULL;
    }
    problem = registry_problem(registry);
    if (!problem)
        return registry;
    tell(MILL_ERROR, command->name, "%s", problem);
    registry_destroy(registry);
    return NULL;
}
