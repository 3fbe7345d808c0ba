/* SPDX-License-Identifier: Apache-2.0 */

/* harness_calls - the callbacks of a plugin on the bench, and what came of
 * them; see harness.h */

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness_parts.h"

/* --- callbacks
 * -----------------------------------------------------------------
 */

enum mill_verdict
harness_check(struct harness *bench)
{
    if (!bench->configured && !harness_configure(bench))
        return MILL_FATAL;

    struct mill_stage *stage = harness_ready(bench);

    return bench->plugin->check ? bench->plugin->check(stage->self, stage)
                                : MILL_OK;
}

enum mill_verdict
harness_open(struct harness *bench)
{
    if (!bench->configured && !harness_configure(bench))
        return MILL_FATAL;

    struct mill_stage *stage = harness_ready(bench);

    stage->opened = true;
    return bench->plugin->open ? bench->plugin->open(stage->self, stage)
                               : MILL_OK;
}

void
harness_close(struct harness *bench)
{
    struct mill_stage *stage = harness_ready(bench);

    if (stage->opened && bench->plugin->close)
        bench->plugin->close(stage->self);
    stage->opened = false;
}

/* What a killed process had is gone with it; here it is kept where the leak
 * checker finds it. */
static void
keep(void *instance)
{
    static void *kept[1000];
    static size_t count;

    ck_assert_uint_lt(count, sizeof(kept) / sizeof(kept[0]));
    kept[count++] = instance;
}

void
harness_store(struct harness *bench)
{
    ck_assert(checkpoint_memo(harness_ready(bench)));
}

void
harness_crash(struct harness *bench)
{
    ck_assert_ptr_nonnull(bench->stage);
    bench->stage->opened = false;
    for (size_t i = 0; i < bench->kept_count; i++)
        batch_release(bench->kept[i]);
    bench->kept_count = 0;
    keep(bench->stage->self);
    bench->stage->self = NULL;
    stage_destroy(bench->stage);
    harness_make_stage(bench);
}

static void
note_rejections(struct harness *bench, const struct batch *batch)
{
    for (size_t i = 0; i < batch->rejection_count; i++)
        mill_buffer_print(&bench->rejected, "%s\n",
                          batch->rejections[i].reason);
}

/* Ends a callback as the runtime does. */
static void
sweep(struct harness *bench, struct batch *batch)
{
    struct sweep swept = { 0 };
    struct batch *dead = NULL;

    note_rejections(bench, batch);
    ck_assert(batch_sweep(batch, &swept, &dead));
    batch_release(dead);
    bench->filtered += swept.filtered.rows;
    bench->delivered += swept.delivered.rows;
}

static void
forget_rows(struct harness *bench)
{
    batch_release(bench->out);
    bench->out = NULL;
    bench->filtered = 0;
    bench->delivered = 0;
    mill_buffer_finish(&bench->rows);
    mill_buffer_finish(&bench->rejected);
}

struct mill_batch *
harness_batch(struct harness *bench)
{
    struct batch *batch = batch_create(bench->run.pool);

    ck_assert_ptr_nonnull(batch);
    ck_assert(
        mill_batch_set_stream(&batch->pub, bench->stream, bench->partition));
    return &batch->pub;
}

static void
add_line(struct harness *bench, struct mill_batch *batch, const char *line,
         size_t len)
{
    struct mill_bytes bytes = { .data = mill_batch_store(batch, line, len),
                                .len = len };

    ck_assert_ptr_nonnull(bytes.data);
    ck_assert(
        mill_batch_add_payload(batch, MILL_JSON, bytes, bench->position++));
}

static struct mill_batch *
batch_of_lines(struct harness *bench, const char *rows)
{
    struct mill_batch *batch = harness_batch(bench);

    while (*rows) {
        size_t len = strcspn(rows, "\n");

        if (len > 0)
            add_line(bench, batch, rows, len);
        rows += rows[len] ? len + 1 : len;
    }
    return batch;
}

static enum mill_verdict
hand_over(struct harness *bench, struct mill_batch *pub, mill_batch_fn *call)
{
    struct mill_stage *stage = harness_ready(bench);
    struct batch *batch = batch_of(pub);

    forget_rows(bench);
    bench->out = batch;
    if (!(bench->plugin->flags & MILL_TAKES_PAYLOADS)) {
        ck_assert(batch_decode(batch));
        sweep(bench, batch);
    }

    enum mill_verdict verdict = call(stage->self, stage, pub);

    if (verdict == MILL_REJECT)
        stage_reject_all(stage, batch);
    sweep(bench, batch);
    /* As the runtime: a transform that may change cells has. */
    if (bench->plugin->kind == MILL_TRANSFORM
        && !(bench->plugin->flags & MILL_KEEPS_CELLS))
        batch->edited = true;
    return verdict;
}

enum mill_verdict
harness_apply_batch(struct harness *bench, struct mill_batch *batch)
{
    ck_assert_int_eq(bench->plugin->kind, MILL_TRANSFORM);
    return hand_over(bench, batch, bench->plugin->transform.apply);
}

enum mill_verdict
harness_write_batch(struct harness *bench, struct mill_batch *batch)
{
    enum mill_verdict verdict;

    ck_assert_int_eq(bench->plugin->kind, MILL_SINK);
    verdict = hand_over(bench, batch, bench->plugin->sink.write);
    if (verdict == MILL_OK && (bench->plugin->flags & MILL_KEEPS_BATCHES)) {
        ck_assert_uint_lt(bench->kept_count, KEPT_MAX);
        bench->kept[bench->kept_count++] = batch_retain(bench->out);
    }
    return verdict;
}

enum mill_verdict
harness_write_again(struct harness *bench)
{
    struct batch *batch = bench->out;

    ck_assert_ptr_nonnull(batch);
    bench->out = NULL;
    return harness_write_batch(bench, &batch->pub);
}

enum mill_verdict
harness_apply(struct harness *bench, const char *rows)
{
    return harness_apply_batch(bench, batch_of_lines(bench, rows));
}

enum mill_verdict
harness_write(struct harness *bench, const char *rows)
{
    return harness_write_batch(bench, batch_of_lines(bench, rows));
}

enum mill_verdict
harness_read(struct harness *bench)
{
    struct mill_stage *stage = harness_ready(bench);

    ck_assert_int_eq(bench->plugin->kind, MILL_SOURCE);
    forget_rows(bench);
    bench->out = batch_create(bench->run.pool);
    ck_assert_ptr_nonnull(bench->out);

    enum mill_verdict verdict =
        bench->plugin->source.read(stage->self, stage, &bench->out->pub);

    sweep(bench, bench->out);
    return verdict;
}

enum mill_verdict
harness_commit(struct harness *bench, const char *stream, const char *partition,
               uint64_t position, const char *cursor)
{
    struct mill_stage *stage = harness_ready(bench);

    ck_assert_int_eq(bench->plugin->kind, MILL_SOURCE);
    if (!bench->plugin->source.commit)
        return MILL_OK;
    return bench->plugin->source.commit(stage->self, stage, stream, partition,
                                        position, cursor);
}

/* Ends what a sink kept until now, and what it rejected of that. */
static void
let_go(struct harness *bench)
{
    for (size_t i = 0; i < bench->kept_count; i++) {
        sweep(bench, bench->kept[i]);
        batch_release(bench->kept[i]);
    }
    bench->kept_count = 0;
}

enum mill_verdict
harness_flush(struct harness *bench)
{
    struct mill_stage *stage = harness_ready(bench);

    ck_assert_int_eq(bench->plugin->kind, MILL_SINK);
    if (!bench->plugin->sink.flush)
        return MILL_OK;

    enum mill_verdict verdict = bench->plugin->sink.flush(stage->self, stage);

    if (verdict == MILL_OK) {
        let_go(bench);
        ck_assert(checkpoint_memo(stage));
    }
    return verdict;
}

enum mill_verdict
harness_published(struct harness *bench)
{
    struct mill_stage *stage = harness_ready(bench);

    ck_assert_int_eq(bench->plugin->kind, MILL_SINK);
    return bench->plugin->sink.published
               ? bench->plugin->sink.published(stage->self, stage)
               : MILL_OK;
}

/* --- what came of it
 * -----------------------------------------------------------
 */

const char *
harness_rows(struct harness *bench)
{
    mill_buffer_finish(&bench->rows);
    for (size_t i = 0; bench->out && i < bench->out->pub.rows; i++) {
        mill_json_write_row(&bench->rows, &bench->out->pub, i, NULL);
        mill_buffer_add(&bench->rows, "\n", 1);
    }
    return mill_buffer_text(&bench->rows);
}

struct mill_batch *
harness_out(struct harness *bench)
{
    return bench->out ? &bench->out->pub : NULL;
}

const char *
harness_rejected(struct harness *bench)
{
    return mill_buffer_text(&bench->rejected);
}

uint64_t
harness_filtered(struct harness *bench)
{
    return bench->filtered;
}

uint64_t
harness_delivered(struct harness *bench)
{
    return bench->delivered;
}

const char *
harness_said(struct harness *bench)
{
    return bench->stage ? bench->stage->reason : mill_buffer_text(&bench->said);
}

const char *
harness_log(struct harness *bench)
{
    off_t size = lseek(bench->log.fd, 0, SEEK_END);

    mill_buffer_finish(&bench->logged);

    char *room = mill_buffer_room(&bench->logged, (size_t)size);

    ck_assert_ptr_nonnull(room);
    ck_assert_int_eq(pread(bench->log.fd, room, (size_t)size, 0), size);
    bench->logged.len += (size_t)size;
    return mill_buffer_text(&bench->logged);
}

const char *
harness_state(struct harness *bench, const char *key)
{
    return bench->stage ? memo_get(&bench->stage->memo, key) : NULL;
}

uint64_t
harness_count(struct harness *bench, const char *name)
{
    struct mill_stage *stage = bench->stage;

    for (size_t i = 0; stage && i < stage->counter_count; i++)
        if (strcmp(stage->counters[i].name, name) == 0)
            return stage->counters[i].amount;
    return 0;
}

struct mill_stage *
harness_stage(struct harness *bench)
{
    return bench->stage;
}

void *
harness_instance(struct harness *bench)
{
    ck_assert_msg(bench->stage, "the plugin isn't configured yet");
    return bench->stage->self;
}
