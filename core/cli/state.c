/* SPDX-License-Identifier: Apache-2.0 */

/* state - shows what a pipeline remembers, or makes it forget */

#include <inttypes.h>
#include <json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "runtime/store.h"

/* So much of a value is shown to a person. */
#define VALUE_SHOWN 60

struct request {
    const char *dir; /* --state-dir */
    bool json;
    const char *verb;
    const char *name;
    const char *stage; /* or NULL: all */
};

/* The folder of a pipeline that sets no state_dir, as the definition has it. */
static bool
folder_of(const struct request *request, char *to, size_t room)
{
    const char *state = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    int len;

    if (request->dir)
        len = snprintf(to, room, "%s", request->dir);
    else if (state && *state)
        len = snprintf(to, room, "%s/millrace/%s", state, request->name);
    else
        len = snprintf(to, room, "%s/.local/state/millrace/%s",
                       home ? home : "", request->name);
    return len > 0 && (size_t)len < room;
}

/* --- show --------------------------------------------------------------------
 */

struct listing {
    const char *stage; /* only this one; NULL: all */
    struct json_object *lanes;
    struct json_object *marks;
    struct json_object *states;
};

static bool
listed(const struct listing *listing, const char *stage)
{
    return !listing->stage || strcmp(listing->stage, stage) == 0;
}

static void
add_text(struct json_object *to, const char *name, const char *text)
{
    json_object_object_add(to, name,
                           text ? json_object_new_string(text) : NULL);
}

static void
add_lane_names(struct json_object *to, const struct store_lane *lane)
{
    add_text(to, "source", lane->source);
    add_text(to, "stream", lane->stream);
    add_text(to, "partition", lane->partition);
}

static void
list_lane(void *arg, const struct store_lane *lane, uint64_t position,
          const char *cursor)
{
    struct listing *listing = arg;
    struct json_object *row;

    if (!listed(listing, lane->source))
        return;
    row = json_object_new_object();
    add_lane_names(row, lane);
    json_object_object_add(row, "position", json_object_new_uint64(position));
    add_text(row, "cursor", cursor);
    json_object_array_add(listing->lanes, row);
}

static void
list_mark(void *arg, const char *sink, const char *from,
          const struct store_lane *lane, uint64_t position)
{
    struct listing *listing = arg;
    struct json_object *row;

    if (!listed(listing, sink))
        return;
    row = json_object_new_object();
    add_text(row, "sink", sink);
    add_text(row, "from", from);
    add_lane_names(row, lane);
    json_object_object_add(row, "position", json_object_new_uint64(position));
    json_object_array_add(listing->marks, row);
}

static void
list_state(void *arg, const char *stage, const char *key, const char *value)
{
    struct listing *listing = arg;
    struct json_object *row;

    if (!listed(listing, stage))
        return;
    row = json_object_new_object();
    add_text(row, "stage", stage);
    add_text(row, "key", key);
    add_text(row, "value", value);
    json_object_array_add(listing->states, row);
}

static const char *
text_of(struct json_object *row, const char *name)
{
    struct json_object *value = json_object_object_get(row, name);

    return value ? json_object_get_string(value) : "";
}

static bool
is_empty(const struct listing *listing)
{
    return json_object_array_length(listing->lanes) == 0
           && json_object_array_length(listing->marks) == 0
           && json_object_array_length(listing->states) == 0;
}

/* Whole values may be long, and are for --json. */
static void
print_value(const char *stage, const char *key, const char *value)
{
    size_t len = strlen(value);

    if (len <= VALUE_SHOWN)
        printf("stage %s remembers %s: %s\n", stage, key, value);
    else
        printf("stage %s remembers %s: %.*s... (%zu bytes)\n", stage, key,
               VALUE_SHOWN, value, len);
}

static void
print_text(const struct listing *listing)
{
    for (size_t i = 0; i < json_object_array_length(listing->lanes); i++) {
        struct json_object *row = json_object_array_get_idx(listing->lanes, i);

        printf("source %s has settled %s/%s up to %s\n", text_of(row, "source"),
               text_of(row, "stream"), text_of(row, "partition"),
               text_of(row, "position"));
    }
    for (size_t i = 0; i < json_object_array_length(listing->marks); i++) {
        struct json_object *row = json_object_array_get_idx(listing->marks, i);

        printf("sink %s has %s/%s of %s, by %s, up to %s\n",
               text_of(row, "sink"), text_of(row, "stream"),
               text_of(row, "partition"), text_of(row, "source"),
               text_of(row, "from"), text_of(row, "position"));
    }
    for (size_t i = 0; i < json_object_array_length(listing->states); i++) {
        struct json_object *row = json_object_array_get_idx(listing->states, i);

        print_value(text_of(row, "stage"), text_of(row, "key"),
                    text_of(row, "value"));
    }
    if (is_empty(listing))
        printf("nothing: the next run starts at the beginning\n");
}

/* All that is stored, or what is of one stage.  False: it was told why not. */
static bool
list(struct listing *listing, struct store *store, struct json_object *all)
{
    listing->lanes = json_object_new_array();
    listing->marks = json_object_new_array();
    listing->states = json_object_new_array();
    json_object_object_add(all, "lanes", listing->lanes);
    json_object_object_add(all, "marks", listing->marks);
    json_object_object_add(all, "states", listing->states);
    if (store_lanes(store, list_lane, listing)
        && store_marks(store, list_mark, listing)
        && store_states(store, list_state, listing))
        return true;
    fprintf(stderr, "millrace state: cannot read: %s\n", store_error(store));
    return false;
}

static int
show(const struct request *request, struct store *store)
{
    struct listing listing = { .stage = request->stage };
    struct json_object *all = json_object_new_object();
    bool read = list(&listing, store, all);

    if (read && request->json)
        printf("%s\n",
               json_object_to_json_string_ext(all, JSON_C_TO_STRING_PRETTY));
    else if (read)
        print_text(&listing);
    json_object_put(all);
    return read ? EXIT_DONE : EXIT_FAILED;
}

/* --- reset -------------------------------------------------------------------
 */

/* A stage that is misspelt was not reset. */
static bool
is_there(const struct request *request, struct store *store)
{
    struct listing listing = { .stage = request->stage };
    struct json_object *all = json_object_new_object();
    bool read = list(&listing, store, all);
    bool there = read && !is_empty(&listing);

    if (read && !there)
        fprintf(stderr,
                "millrace state: nothing is stored of a stage \"%s\": see"
                " millrace state show\n",
                request->stage);
    json_object_put(all);
    return there;
}

static int
reset(const struct request *request, struct store *store)
{
    if (request->stage && !is_there(request, store))
        return EXIT_FAILED;
    if (!store_begin(store) || !store_forget(store, request->stage)
        || !store_commit(store)) {
        fprintf(stderr, "millrace state: cannot write: %s\n",
                store_error(store));
        return EXIT_FAILED;
    }
    printf("forgotten: %s%s%s\n", request->name ? request->name : request->dir,
           request->stage ? ", stage " : "",
           request->stage ? request->stage : "");
    return EXIT_DONE;
}

/* --- the command --- */

/* False: it was told that there is none. */
static bool
has_state(const struct request *request, const char *dir)
{
    if (store_is_there(dir))
        return true;
    fprintf(stderr, "millrace state: there is no state in %s%s\n", dir,
            request->dir ? ""
                         : ": it never ran, or its definition sets state_dir"
                           " (say --state-dir=DIR)");
    return false;
}

static int
act(const struct command *self, const struct request *request)
{
    bool resets = strcmp(request->verb, "reset") == 0;
    char error[STORE_ERROR_ROOM];
    char dir[4096];
    int status;

    if (!resets && strcmp(request->verb, "show") != 0)
        return cli_misused(self, "takes show or reset, not %s", request->verb);
    if (!folder_of(request, dir, sizeof(dir)))
        return cli_misused(self, "the name is too long");

    if (!has_state(request, dir))
        return EXIT_FAILED;

    struct store *store =
        store_open(dir, resets ? STORE_RUN : STORE_LOOK, error);
    if (!store) {
        fprintf(stderr, "millrace state: %s\n", error);
        return EXIT_FAILED;
    }
    status = resets ? reset(request, store) : show(request, store);
    store_close(store);
    return status;
}

static int
state(const struct command *self, int argc, char **argv)
{
    static const struct option options[] = {
        { "state-dir", required_argument, NULL, 'd' },
        { "json", no_argument, NULL, 'j' },
        { 0 },
    };
    struct request request = { 0 };
    int found;
    int left;

    while ((found = cli_next(self, argc, argv, options)) != CLI_REST) {
        if (found == CLI_HELP)
            return EXIT_DONE;
        if (found == CLI_WRONG)
            return EXIT_USAGE;
        if (found == 'd')
            request.dir = optarg;
        request.json = request.json || found == 'j';
    }
    left = argc - optind;
    if (left < 1 || (left < 2 && !request.dir))
        return cli_misused(self, "needs show or reset, and the name of a"
                                 " pipeline");
    request.verb = argv[optind++];
    if (!request.dir)
        request.name = argv[optind++];
    if (optind < argc)
        request.stage = argv[optind++];
    if (optind < argc)
        return cli_misused(self, "\"%s\" is one word too many", argv[optind]);
    return act(self, &request);
}

const struct command command_state = {
    .name = "state",
    .summary = "show or forget where a pipeline stands",
    .help =
        "usage: millrace state show  NAME [STAGE]\n"
        "       millrace state reset NAME [STAGE]\n"
        "       millrace state show|reset --state-dir=DIR [STAGE]\n"
        "\n"
        "Shows what the pipeline NAME has stored: how far its sources are\n"
        "settled, how far each sink has come, what plugins recorded.  reset "
        "forgets\n"
        "it, all or that of one stage: the next run starts at the beginning "
        "there.\n"
        "A pipeline must not be running to be reset.\n"
        "\n"
        "  --state-dir=DIR\n"
        "                the folder, where the definition sets state_dir\n"
        "  --json        as one JSON object\n" //
    CLI_HELP_HELP "\n"
        "exit status: 0, 1 where the state can't be read or written, 2 bad "
        "usage\n",
    .run = state,
};
