/* SPDX-License-Identifier: Apache-2.0 */

/*
 * shards - partitions that move between processes, for tests
 *
 *     in = { source = "shards"; store = "/shared"; plan = [
 *            "take 0", "emit 0 250", "leave 0 5000" ]; };
 *
 * The steps of the plan are done one by one:
 *
 *     take P         from where store/P stands, or from 0
 *     anew P         from 0, and what is known of it is of another life
 *     emit P N       rows up to position N - 1, with {"p":P,"n":position}
 *     leave P MS     to another process, in so much time
 *     lost P         it has another already
 *     lapse P MS     says nothing for so long; then it is lost, and comes back
 *                    anew, all in one call
 *     wait MS
 *     touch FILE     so that a test knows
 *     stay           until the run is stopped
 *
 * store/P is written by commit: the position to go on from.  store/P.life has
 * the number of the partition's life.  A batch has 40 rows.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <millrace/plugin.h>

#define PARTITIONS 8
#define BATCH 40

struct shards_source {
    const char *store;
    const char *const *plan;
    size_t step;
    bool opened;
    uint64_t next[PARTITIONS];
};

static const struct mill_option options[] = {
    MILL_OPTION(struct shards_source, store, "Folder of the positions",
                .required = true),
    MILL_OPTION(struct shards_source, plan, "What to do", .required = true),
    { 0 },
};

static void
stand(const struct shards_source *source, unsigned int partition, char *path,
      size_t room)
{
    snprintf(path, room, "%s/%u", source->store, partition);
}

static uint64_t
stored(const struct shards_source *source, unsigned int partition)
{
    char path[4096];
    uint64_t position = 0;

    stand(source, partition, path, sizeof(path));
    FILE *file = fopen(path, "re");
    if (!file)
        return 0;
    if (fscanf(file, "%" SCNu64, &position) != 1)
        position = 0;
    fclose(file);
    return position;
}

/* The life that the partition is in, or the one that begins now. */
static bool
live(const struct shards_source *source, struct mill_stage *stage,
     unsigned int partition, bool anew)
{
    char path[4096], name[16], life[24];
    unsigned int number = 0;

    snprintf(name, sizeof(name), "%u", partition);
    snprintf(path, sizeof(path), "%s/%u.life", source->store, partition);
    FILE *file = fopen(path, "re");
    if (file) {
        if (fscanf(file, "%u", &number) != 1)
            number = 0;
        fclose(file);
    }
    if (anew && (file = fopen(path, "we"))) {
        fprintf(file, "%u\n", ++number);
        fclose(file);
    }
    snprintf(life, sizeof(life), "%u", number);
    return mill_lane_life(stage, "rows", name, life);
}

static enum mill_verdict
shards_commit(void *self, struct mill_stage *stage, const char *stream,
              const char *partition, uint64_t position, const char *cursor)
{
    const struct shards_source *source = self;
    char path[4096], part[4200];

    (void)stream;
    (void)cursor;
    mill_fail_point("shards-commit");
    stand(source, (unsigned int)atoll(partition), path, sizeof(path));
    snprintf(part, sizeof(part), "%s.new", path);
    FILE *file = fopen(part, "we");
    if (!file)
        return mill_fail(stage, MILL_FATAL, "cannot open %s: %s", part,
                         strerror(errno));
    fprintf(file, "%" PRIu64 "\n", position + 1);
    fclose(file);
    return rename(part, path) == 0
               ? MILL_OK
               : mill_fail(stage, MILL_FATAL, "cannot rename %s", part);
}

static enum mill_verdict
emit(struct shards_source *source, struct mill_batch *batch,
     unsigned int partition, uint64_t end)
{
    char name[16], text[64];
    uint64_t first = source->next[partition];

    snprintf(name, sizeof(name), "%u", partition);
    mill_batch_set_stream(batch, "rows", name);
    mill_batch_set_first(batch, first);
    for (uint64_t n = first; n < end && n < first + BATCH; n++) {
        int len = snprintf(text, sizeof(text), "{\"p\":%u,\"n\":%" PRIu64 "}",
                           partition, n);
        const char *copy = mill_batch_store(batch, text, (size_t)len);

        mill_batch_add_payload(batch, MILL_JSON,
                               (struct mill_bytes){ copy, (size_t)len }, n);
        source->next[partition] = n + 1;
    }
    if (source->next[partition] >= end)
        source->step++;
    return MILL_OK;
}

static enum mill_verdict
wait_for(struct shards_source *source, struct mill_stage *stage, int64_t ms)
{
    source->step++;
    mill_wait(stage, -1, (struct mill_duration){ ms * 1000000 });
    return MILL_IDLE;
}

/* Steps that emit nothing. */
static enum mill_verdict
turn(struct shards_source *source, struct mill_stage *stage, const char *step,
     unsigned int partition, int64_t number)
{
    char name[16];
    bool all = true;

    snprintf(name, sizeof(name), "%u", partition);
    source->step++;
    if (strncmp(step, "take", 4) == 0) {
        source->next[partition] = stored(source, partition);
        all = live(source, stage, partition, false);
    }
    if (strncmp(step, "lapse", 5) == 0) {
        usleep((useconds_t)number * 1000);
        mill_lane_lost(stage, "rows", name);
    }
    if (strncmp(step, "anew", 4) == 0 || strncmp(step, "lapse", 5) == 0) {
        source->next[partition] = 0;
        all = live(source, stage, partition, true);
    }
    if (strncmp(step, "leave", 5) == 0)
        all = mill_lane_leave(stage, "rows", name,
                              (struct mill_duration){ number * 1000000 });
    if (strncmp(step, "lost", 4) == 0)
        mill_lane_lost(stage, "rows", name);
    mill_log(stage, MILL_INFO, "did %s%s", step, all ? "" : ", not all of it");
    return MILL_OK;
}

static enum mill_verdict
touch(struct shards_source *source, const char *path)
{
    FILE *file = fopen(path, "we");

    source->step++;
    if (file)
        fclose(file);
    return MILL_OK;
}

static enum mill_verdict
shards_read(void *self, struct mill_stage *stage, struct mill_batch *batch)
{
    struct shards_source *source = self;
    const char *step = source->plan[source->step];
    unsigned int partition = 0;
    int64_t number = 0;

    if (!step)
        return MILL_END;
    if (strcmp(step, "stay") == 0) {
        mill_wait(stage, -1, (struct mill_duration){ -1 });
        return MILL_IDLE;
    }
    if (strncmp(step, "touch ", 6) == 0)
        return touch(source, step + 6);
    if (sscanf(step, "wait %" SCNd64, &number) == 1)
        return wait_for(source, stage, number);
    if (sscanf(step, "%*s %u %" SCNd64, &partition, &number) < 1
        || partition >= PARTITIONS)
        return mill_fail(stage, MILL_FATAL, "no such step: %s", step);
    if (strncmp(step, "emit", 4) == 0)
        return emit(source, batch, partition, (uint64_t)number);
    return turn(source, stage, step, partition, number);
}

/* --- being asked --- */

static enum mill_verdict
shards_open(void *self, struct mill_stage *stage)
{
    struct shards_source *source = self;

    if (access(source->store, W_OK) != 0)
        return mill_fail(stage, MILL_RETRY, "no folder %s yet", source->store);
    source->opened = true;
    return MILL_OK;
}

static enum mill_verdict
shards_blocked(void *self, struct mill_stage *stage)
{
    const struct shards_source *source = self;

    return source->opened
               ? MILL_OK
               : mill_fail(stage, MILL_FATAL, "it is called, and isn't open");
}

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_SOURCE,
    .name = "shards",
    .version = "1.0",
    .summary = "Partitions that move between processes, for tests",
    .flags = MILL_REPLAYS | MILL_MOVES,
    .instance_size = sizeof(struct shards_source),
    .options = options,
    .open = shards_open,
    .source.read = shards_read,
    .source.commit = shards_commit,
    .source.blocked = shards_blocked,
};
