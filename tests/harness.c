/* SPDX-License-Identifier: Apache-2.0 */

/*
 * harness - one plugin on the bench; see harness.h
 *
 * A run without threads: its graph has one stage, its store is in memory, and
 * the test calls what the loops of the runtime would call.
 */

#include <check.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness_parts.h"

/* --- making and freeing -----------------------------------------------------
 */

static const char *
keep(struct harness *bench, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = arena_alloc(&bench->arena, size);

    ck_assert_ptr_nonnull(copy);
    return memcpy(copy, text, size);
}

static void *
load_from(const char *folder, enum mill_kind kind, const char *name)
{
    static const char *const kinds[] = { [MILL_SOURCE] = "sources",
                                         [MILL_TRANSFORM] = "transforms",
                                         [MILL_SINK] = "sinks" };
    const char *build = getenv("top_builddir");
    char path[4096];

    snprintf(path, sizeof(path), "%s/%s/%s/.libs/%s.so", build ? build : ".",
             folder, kinds[kind], name);
    if (access(path, R_OK) != 0)
        return NULL;

    void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);

    if (!object)
        ck_abort_msg("cannot load %s: %s", path, dlerror());
    return object;
}

static const struct mill_plugin *
load(enum mill_kind kind, const char *name)
{
    void *object = load_from("plugins", kind, name);

    if (!object)
        object = load_from("tests/plugins-test", kind, name);
    if (!object)
        ck_abort_msg("no plugin %s was built in $top_builddir", name);

    const struct mill_plugin *plugin = dlsym(object, "mill_plugin");

    ck_assert_ptr_nonnull(plugin);
    ck_assert_int_eq(plugin->kind, kind);
    return plugin;
}

static void
init_run(struct harness *bench)
{
    struct run *run = &bench->run;
    char error[STORE_ERROR_ROOM];
    int log = memfd_create("log", MFD_CLOEXEC);

    ck_assert_int_ge(log, 0);
    log_init(&bench->log, log, MILL_DEBUG, false);
    bench->graph = (struct graph){ .name = "bench",
                                   .file = "bench",
                                   .stages = &bench->node,
                                   .stage_count = 1,
                                   .max_record = (int64_t)16 << 20,
                                   .connect_ns = 1000000000 };
    run->graph = &bench->graph;
    run->log = &bench->log;
    run->resume.lanes = bench->lanes;
    run->stages = &bench->stage;
    run->stage_count = 1;
    run->store = store_open(NULL, STORE_RUN, error);
    ck_assert_ptr_nonnull(run->store);
    run->ledger = ledger_create();
    ck_assert_ptr_nonnull(run->ledger);
    ck_assert_int_eq(pthread_mutex_init(&run->store_lock, NULL), 0);
    ck_assert_int_eq(pthread_mutex_init(&run->notes_lock, NULL), 0);
    ck_assert_int_eq(pthread_mutex_init(&run->open_lock, NULL), 0);
}

struct harness *
harness_create(enum mill_kind kind, const char *name)
{
    struct harness *bench = calloc(1, sizeof(*bench));

    ck_assert_ptr_nonnull(bench);
    bench->run.pool = pool_create((size_t)1 << 20);
    ck_assert_ptr_nonnull(bench->run.pool);
    arena_init(&bench->arena, bench->run.pool);
    bench->plugin = load(kind, name);
    bench->stream = "rows";
    bench->partition = "0";
    init_run(bench);
    bench->node = (struct graph_stage){ .name = bench->plugin->name,
                                        .plugin = bench->plugin,
                                        .file = "bench",
                                        .line = 1,
                                        .workers = 1,
                                        .dead_letter = -1 };
    bench->from_node.name = "input";
    bench->from_stage.node = &bench->from_node;
    bench->from.from = &bench->from_stage;
    return bench;
}

static void
finish_buffers(struct harness *bench)
{
    mill_buffer_finish(&bench->rows);
    mill_buffer_finish(&bench->rejected);
    mill_buffer_finish(&bench->logged);
    mill_buffer_finish(&bench->said);
}

void
harness_destroy(struct harness *bench)
{
    if (!bench)
        return;
    stage_destroy(bench->stage);
    channel_destroy(bench->from.channel);
    batch_release(bench->out);
    for (size_t i = 0; i < bench->kept_count; i++)
        batch_release(bench->kept[i]);
    finish_buffers(bench);
    store_close(bench->run.store);
    ledger_destroy(bench->run.ledger);
    pthread_mutex_destroy(&bench->run.store_lock);
    pthread_mutex_destroy(&bench->run.notes_lock);
    pthread_mutex_destroy(&bench->run.open_lock);
    close(bench->log.fd);
    log_finish(&bench->log);
    arena_finish(&bench->arena);
    pool_destroy(bench->run.pool);
    free(bench);
}

/* --- what a test sets
 * ---------------------------------------------------------
 */

static bool
takes_list(const struct mill_plugin *plugin, const char *name)
{
    for (size_t i = 0; i < option_count(plugin); i++)
        if (strcmp(plugin->options[i].name, name) == 0)
            return plugin->options[i].type == MILL_OPTION_LIST;
    return false;
}

static void
append_item(struct harness *bench, struct setting *setting, const char *value)
{
    size_t count = setting->list.count;
    const char **items =
        arena_alloc(&bench->arena, (count + 1) * sizeof(*items));

    ck_assert_ptr_nonnull(items);
    for (size_t i = 0; i < count; i++)
        items[i] = setting->list.items[i];
    items[count] = keep(bench, value);
    setting->list.items = items;
    setting->list.count = count + 1;
}

static struct setting *
add_setting(struct harness *bench, const char *name)
{
    ck_assert_uint_lt(bench->setting_count, SETTINGS_MAX);

    struct setting *setting = &bench->settings[bench->setting_count++];

    *setting = (struct setting){ .name = keep(bench, name),
                                 .type = SETTING_TEXT,
                                 .file = "bench",
                                 .line = 1 };
    return setting;
}

void
harness_set(struct harness *bench, const char *name, const char *value)
{
    struct setting *setting = NULL;

    ck_assert_msg(!bench->configured, "%s is set too late", name);
    if (!takes_list(bench->plugin, name)) {
        add_setting(bench, name)->text = keep(bench, value);
        return;
    }
    for (size_t i = 0; i < bench->setting_count; i++)
        if (strcmp(bench->settings[i].name, name) == 0)
            setting = &bench->settings[i];
    if (!setting) {
        setting = add_setting(bench, name);
        setting->type = SETTING_LIST;
        setting->list.items = NULL;
        setting->list.count = 0;
    }
    append_item(bench, setting, value);
}

void
harness_set_stream(struct harness *bench, const char *stream,
                   const char *partition)
{
    bench->stream = keep(bench, stream);
    bench->partition = keep(bench, partition);
}

void
harness_set_from(struct harness *bench, const char *from)
{
    bench->from_node.name = keep(bench, from);
}

void
harness_set_position(struct harness *bench, uint64_t position)
{
    bench->position = position;
}

void
harness_set_max_record(struct harness *bench, int64_t bytes)
{
    bench->graph.max_record = bytes;
}

void
harness_set_json_will_do(struct harness *bench)
{
    bench->json_will_do = true;
}

void
harness_set_more(struct harness *bench, bool more)
{
    struct mill_stage *stage = bench->stage;

    ck_assert_ptr_nonnull(stage);
    channel_destroy(bench->from.channel);
    bench->from.channel = channel_create(&bench->from_stage.gate, &stage->gate);
    ck_assert_ptr_nonnull(bench->from.channel);
    if (more)
        channel_end(bench->from.channel);
    if (!stage->ins) {
        stage->ins = malloc(sizeof(*stage->ins));
        ck_assert_ptr_nonnull(stage->ins);
        stage->ins[stage->in_count++] = &bench->from;
    }
}

void
harness_set_resume(struct harness *bench, const char *stream,
                   const char *partition, uint64_t position, const char *cursor)
{
    size_t at = bench->run.resume.lane_count++;

    ck_assert_uint_lt(at, LANES_MAX);
    bench->lanes[at] = (struct resume_lane){
        .source = (char *)keep(bench, bench->plugin->name),
        .stream = (char *)keep(bench, stream),
        .partition = (char *)keep(bench, partition),
        .position = position,
        .cursor = cursor ? (char *)keep(bench, cursor) : NULL,
    };
}

void
harness_set_state(struct harness *bench, const char *key, const char *value)
{
    struct store *store = bench->run.store;

    ck_assert_msg(!bench->configured, "state %s is set too late", key);
    ck_assert(store_begin(store));
    ck_assert(store_put_state(store, bench->plugin->name, key, value));
    ck_assert(store_commit(store));
}

/* --- configuring
 * --------------------------------------------------------------
 */

static void
load_state(void *arg, const char *stage, const char *key, const char *value)
{
    struct harness *bench = arg;

    (void)stage;
    ck_assert(memo_put(&bench->stage->memo, key, value));
}

void
harness_make_stage(struct harness *bench)
{
    bench->stage = stage_create(&bench->run, &bench->node, 0);
    ck_assert_ptr_nonnull(bench->stage);
    bench->stage->current = &bench->from;
    bench->stage->json_will_do = bench->json_will_do;
    ck_assert(store_states(bench->run.store, load_state, bench));
    memo_stored(&bench->stage->memo);
}

/* Keeps what the faults say, for harness_said(). */
static void
keep_faults(struct harness *bench, const struct faults *faults)
{
    for (size_t i = 0; i < faults->count; i++)
        mill_buffer_print(&bench->said, "%s%s", i ? "\n" : "",
                          faults->items[i].message);
}

bool
harness_configure(struct harness *bench)
{
    const struct option_place place = { .file = "bench",
                                        .line = 1,
                                        .stage = bench->plugin->name };
    struct faults faults = { 0 };
    size_t size = bench->plugin->instance_size;

    ck_assert(!bench->configured);
    bench->options = arena_alloc(&bench->arena, size);
    ck_assert_ptr_nonnull(bench->options);
    memset(bench->options, 0, size);

    bool fits =
        option_parse(bench->plugin, bench->settings, bench->setting_count,
                     &place, &bench->arena, bench->options, &faults);

    keep_faults(bench, &faults);
    faults_finish(&faults);
    if (!fits)
        return false;
    bench->node.options = bench->options;
    bench->configured = true;
    harness_make_stage(bench);
    return true;
}

struct mill_stage *
harness_ready(struct harness *bench)
{
    ck_assert_msg(bench->stage, "the plugin isn't configured yet");
    bench->stage->reason[0] = '\0';
    bench->stage->pause_ns = 0;
    /* A mill_wait() must not stop the test. */
    atomic_store(&bench->stage->attention, true);
    return bench->stage;
}
