/* SPDX-License-Identifier: Apache-2.0 */

/* run - runs pipelines until their sources end, or a signal comes */

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/definitions.h"
#include "cli/execute.h"
#include "cli/tell.h"
#include "plugin/quantity.h"

struct request {
    const char *plugin_path;
    const char *line;
    struct execute_options options;
};

static bool
read_level(const char *name, enum mill_level *level)
{
    static const char *const names[] = { "debug", "info", "warn", "error" };

    for (int i = 0; i < 4; i++)
        if (strcmp(name, names[i]) == 0) {
            *level = (enum mill_level)i;
            return true;
        }
    return false;
}

int
execute_option(const struct command *self, struct execute_options *options,
               int found, const char *value)
{
    if (found == 'f' && strcmp(value, "json") != 0
        && strcmp(value, "text") != 0)
        return cli_misused(self, "--log-format takes text or json, not %s",
                           value);
    if (found == 'l' && !read_level(value, &options->log_level))
        return cli_misused(
            self, "--log-level takes debug, info, warn or error, not %s",
            value);
    if (found == 'f') {
        options->log_json = strcmp(value, "json") == 0;
        tell_as_json(options->log_json);
    }
    if (found == 'm'
        && (!quantity_duration(value, &options->report.ns)
            || options->report.ns < 0))
        return cli_misused(
            self, "--report takes a duration such as 30s or 5m, not %s", value);
    options->quiet = options->quiet || found == 'q';
    options->fresh = options->fresh || found == 'r';
    return EXIT_DONE;
}

/* EXIT_DONE: go on. */
static int
read_request(const struct command *self, int argc, char **argv,
             struct request *request, bool *helped)
{
    static const struct option options[] = {
        { "plugin-path", required_argument, NULL, 'p' },
        { "line", required_argument, NULL, 'e' },
        { "fresh", no_argument, NULL, 'r' },
        EXECUTE_OPTIONS,
        { 0 },
    };
    int found;

    while ((found = cli_next(self, argc, argv, options)) != CLI_REST) {
        int status = EXIT_DONE;

        *helped = found == CLI_HELP;
        if (*helped)
            return EXIT_DONE;
        if (found == CLI_WRONG)
            return EXIT_USAGE;
        if (found == 'p')
            request->plugin_path = optarg;
        else if (found == 'e')
            request->line = optarg;
        else
            status = execute_option(self, &request->options, found, optarg);
        if (status != EXIT_DONE)
            return status;
    }
    if (!request->line && optind == argc)
        return cli_misused(self, "no definition was given");
    return EXIT_DONE;
}

/* --- reloading --- */

/* What is to be checked, and then run anew. */
struct again {
    const char *plugin_path; /* or NULL */
    bool log_json;
    char *const *files;
    size_t file_count;
};

/* Starts `millrace check` with the same files.  In a process of its own, since
 * this one has threads, and a registry makes helpers by fork(). */
static bool
start_check(const struct again *again, char **argv, pid_t *child)
{
    posix_spawn_file_actions_t actions;
    size_t count = 0;
    bool started;

    argv[count++] = (char[]){ "millrace" };
    argv[count++] = (char[]){ "check" };
    if (again->plugin_path) {
        argv[count++] = (char[]){ "--plugin-path" };
        argv[count++] = (char *)again->plugin_path;
    }
    if (again->log_json)
        argv[count++] = (char[]){ "--log-format=json" };
    memcpy(argv + count, again->files, again->file_count * sizeof(char *));
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null",
                                     O_WRONLY, 0);
    started =
        posix_spawn(child, "/proc/self/exe", &actions, NULL, argv, environ)
        == 0;
    posix_spawn_file_actions_destroy(&actions);
    return started;
}

static bool
check_again(void *arg)
{
    const struct again *again = arg;
    char **argv = calloc(again->file_count + 6, sizeof(char *));
    pid_t child;
    int status = -1;

    if (argv && start_check(again, argv, &child))
        waitpid(child, &status, 0);
    free(argv);
    return status == 0;
}

/* Set where the run, before it was reloaded, left dead letters. */
#define DEAD_BEFORE "MILLRACE_DEAD_BEFORE"

/* getopt takes the beginning of an option for all of it. */
static bool
is_fresh(const char *arg)
{
    size_t len = strlen(arg);

    return len > 2 && strncmp(arg, "--fresh", len) == 0;
}

/* Becomes the program anew, which goes on where the checkpoint is. */
static int
run_again(int argc, char **argv, bool dead)
{
    char **all = calloc((size_t)argc + 2, sizeof(char *));
    size_t count = 0;

    if (!all || (dead && setenv(DEAD_BEFORE, "yes", 1) != 0)) {
        tell(MILL_ERROR, "run", "no memory to start anew");
        free(all);
        return EXIT_FAILED;
    }
    all[count++] = (char[]){ "millrace" };
    for (int i = 0; i < argc; i++)
        if (!is_fresh(argv[i]))
            all[count++] = argv[i];
    execv("/proc/self/exe", all);
    tell(MILL_ERROR, "run", "cannot start anew: %s", strerror(errno));
    free(all);
    return EXIT_FAILED;
}

/* --- the command --- */

static int
run_definitions(const struct command *self, struct request *request,
                struct again *again)
{
    struct definitions definitions = { 0 };
    int status =
        definitions_read(&definitions, self, request->plugin_path,
                         request->line, again->files, again->file_count);

    if (!request->line) {
        request->options.may_reload = check_again;
        request->options.reload_arg = again;
    }
    if (status == EXIT_DONE)
        status = definitions_add_dead_letters(&definitions);
    if (status == EXIT_DONE)
        status =
            execute(definitions.graphs, definitions.count, &request->options);
    definitions_finish(&definitions);
    return status;
}

static int
run(const struct command *self, int argc, char **argv)
{
    struct request request = { .options = EXECUTE_DEFAULTS };
    bool helped = false;
    int status = read_request(self, argc, argv, &request, &helped);

    if (helped || status != EXIT_DONE)
        return status;

    struct again again = { .plugin_path = request.plugin_path,
                           .log_json = request.options.log_json,
                           .files = argv + optind,
                           .file_count = (size_t)(argc - optind) };
    status = run_definitions(self, &request, &again);
    if (status == EXECUTE_RELOAD || status == EXECUTE_RELOAD_DEAD)
        return run_again(argc, argv, status == EXECUTE_RELOAD_DEAD);
    return status == EXIT_DONE && getenv(DEAD_BEFORE) ? EXIT_DEAD : status;
}

const struct command command_run = {
    .name = "run",
    .summary = "run pipelines until their sources end",
    .help = "usage: millrace run [OPTION...] FILE...\n"
            "       millrace run [OPTION...] -e 'STAGE ! STAGE ...'\n"
            "\n"
            "Runs the pipelines until all sources have ended.  SIGTERM or "
            "Ctrl-C drains:\n"
            "no more is read, what was read is delivered and committed.  A "
            "second one\n"
            "stops at once; like after a crash, the next run goes on where "
            "this one stood.\n"
            "SIGHUP reads the files again: where they are right, the run goes "
            "on with them\n"
            "from what is delivered; where they are not, it goes on as it "
            "was.\n"
            "\n"
            "  -e LINE       a pipeline in one line, as in\n"
            "                -e 'file path=in.ndjson ! clean_pin ! stdout'; "
            "keeps no state\n"
            "  --fresh       forget the state first: start over\n" //
    EXECUTE_HELP CLI_HELP_PLUGIN_PATH CLI_HELP_HELP "\n"
            "exit status: 0 done, 1 failed while running, 2 bad usage or "
            "definition,\n"
            "             3 done, but with dead letters\n",
    .run = run,
};
