/* SPDX-License-Identifier: Apache-2.0 */

/*
 * replay - sends dead letters again
 *
 * The file is renamed twice, so that a crash leaves no doubt: FILE becomes
 * FILE.replaying-N before it is read (new dead letters begin a new FILE), and
 * FILE.replayed-N when all of it was sent.  A FILE.replaying-N that is there
 * already is what a crash left, and is gone on with.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/definitions.h"
#include "cli/execute.h"
#include "cli/tell.h"
#include "runtime/replay.h"

#define PATH_ROOM 4096

struct paths {
    char file[PATH_ROOM];
    char replaying[PATH_ROOM + 32];
    char replayed[PATH_ROOM + 32];
    unsigned number;
};

static bool
exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static void
find_number(struct paths *paths)
{
    do {
        paths->number++;
        snprintf(paths->replaying, sizeof(paths->replaying), "%s.replaying-%u",
                 paths->file, paths->number);
        snprintf(paths->replayed, sizeof(paths->replayed), "%s.replayed-%u",
                 paths->file, paths->number);
    } while (exists(paths->replayed));
}

/* Puts the file aside.  False: it was told why not. */
static bool
put_aside(struct paths *paths)
{
    if (exists(paths->replaying)) {
        tell(MILL_INFO, "replay", "going on with %s", paths->replaying);
        return true;
    }
    if (rename(paths->file, paths->replaying) == 0)
        return true;
    if (errno == ENOENT)
        tell(MILL_ERROR, "replay", "there are no dead letters in %s",
             paths->file);
    else
        tell(MILL_ERROR, "replay", "cannot rename %s to %s: %s", paths->file,
             paths->replaying, strerror(errno));
    return false;
}

static int
replay_file(struct graph *graph, struct paths *paths,
            const struct execute_options *options)
{
    struct faults faults = { 0 };
    struct replay *replay =
        replay_create(graph, paths->replaying, paths->number, &faults);
    int status = EXIT_USAGE;

    if (replay) {
        struct graph *again = replay_graph(replay);

        if (replay_lost(replay) > 0)
            tell(MILL_WARN, "replay",
                 "%" PRIu64 " rows were rejected by a source and can't be sent"
                 " again",
                 replay_lost(replay));
        status = execute(&again, 1, options);
    }
    tell_faults(&faults);
    faults_finish(&faults);
    replay_destroy(replay);
    if (status == EXIT_USAGE) /* nothing was sent: as if it had not been */
        rename(paths->replaying, paths->file);
    if ((status == EXIT_DONE || status == EXIT_DEAD)
        && rename(paths->replaying, paths->replayed) != 0)
        tell(MILL_ERROR, "replay", "cannot rename %s to %s: %s",
             paths->replaying, paths->replayed, strerror(errno));
    return status;
}

static int
replay_one(const struct command *self, struct graph *graph, const char *file,
           const struct execute_options *options)
{
    struct paths paths = { .number = 0 };

    if (!file && !graph->state_dir)
        return cli_misused(self, "say which file to replay");
    if (file)
        snprintf(paths.file, sizeof(paths.file), "%s", file);
    else
        snprintf(paths.file, sizeof(paths.file), "%s/dead.ndjson",
                 graph->state_dir);
    find_number(&paths);
    if (!put_aside(&paths))
        return EXIT_FAILED;
    return replay_file(graph, &paths, options);
}

static int
replay(const struct command *self, int argc, char **argv)
{
    static const struct option options[] = {
        { "plugin-path", required_argument, NULL, 'p' },
        EXECUTE_OPTIONS,
        { 0 },
    };
    struct execute_options how = EXECUTE_DEFAULTS;
    struct definitions definitions = { 0 };
    const char *plugin_path = NULL;
    int status = EXIT_DONE;
    int found;

    while ((found = cli_next(self, argc, argv, options)) != CLI_REST) {
        if (found == CLI_HELP)
            return EXIT_DONE;
        if (found == CLI_WRONG)
            return EXIT_USAGE;
        if (found == 'p')
            plugin_path = optarg;
        else
            status = execute_option(self, &how, found, optarg);
        if (status != EXIT_DONE)
            return status;
    }
    if (argc - optind < 1 || argc - optind > 2)
        return cli_misused(self, "takes a definition, and perhaps a file");
    status = definitions_read(&definitions, self, plugin_path, NULL,
                              argv + optind, 1);
    if (status == EXIT_DONE)
        status = definitions_add_dead_letters(&definitions);
    if (status == EXIT_DONE)
        status = replay_one(self, definitions.graphs[0],
                            argc - optind > 1 ? argv[optind + 1] : NULL, &how);
    definitions_finish(&definitions);
    return status;
}

const struct command command_replay = {
    .name = "replay",
    .summary = "send dead letters again",
    .help = "usage: millrace replay [OPTION...] DEFINITION [FILE]\n"
            "\n"
            "Sends the dead letters in FILE (by default dead.ndjson in the "
            "state folder of\n"
            "the pipeline) again to the stages that rejected them, and from "
            "there on as the\n"
            "definition says now.  What is rejected again is a dead letter "
            "again.  The file\n"
            "is kept as FILE.replayed-N.  The pipeline must not be running.\n"
            "\n" //
    EXECUTE_HELP CLI_HELP_PLUGIN_PATH CLI_HELP_HELP "\n"
            "exit status: 0 done, 1 failed while running, 2 bad usage or "
            "definition,\n"
            "             3 done, but with dead letters again\n",
    .run = replay,
};
