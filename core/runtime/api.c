/* SPDX-License-Identifier: Apache-2.0 */

/* api - what the core offers to plugins; see <millrace/plugin.h> */

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/template.h"
#include "record/batch.h"
#include "record/rows.h"
#include "runtime/run_parts.h"

void
mill_log(struct mill_stage *stage, enum mill_level level, const char *format,
         ...)
{
    va_list values;

    va_start(values, format);
    log_vline(stage->run->log, level, &stage->place, format, values);
    va_end(values);
}

enum mill_verdict
mill_fail(struct mill_stage *stage, enum mill_verdict verdict,
          const char *format, ...)
{
    va_list values;

    va_start(values, format);
    vsnprintf(stage->reason, sizeof(stage->reason), format, values);
    va_end(values);
    return verdict;
}

void
mill_retry_after(struct mill_stage *stage, struct mill_duration pause)
{
    stage->pause_ns = pause.ns;
}

void
mill_flush_within(struct mill_stage *stage, struct mill_duration time)
{
    int64_t by = now_ns() + (time.ns > 0 ? time.ns : 0);

    if (stage->flush_by_ns == 0 || by < stage->flush_by_ns)
        stage->flush_by_ns = by;
}

static struct counter *
add_counter(struct mill_stage *stage, const char *name)
{
    struct counter *counters = realloc(
        stage->counters, (stage->counter_count + 1) * sizeof(*stage->counters));
    if (!counters)
        return NULL;
    stage->counters = counters;

    struct counter *counter = &counters[stage->counter_count];
    *counter = (struct counter){ .name = strdup(name) };
    if (!counter->name)
        return NULL;
    stage->counter_count++;
    return counter;
}

void
mill_count(struct mill_stage *stage, const char *name, uint64_t amount)
{
    struct counter *counter = NULL;

    for (size_t i = 0; i < stage->counter_count && !counter; i++)
        if (strcmp(stage->counters[i].name, name) == 0)
            counter = &stage->counters[i];
    if (!counter)
        counter = add_counter(stage, name);
    if (counter)
        counter->amount += amount;
}

const char *
mill_pipeline_name(const struct mill_stage *stage)
{
    return stage->run->graph->name;
}

const char *
mill_stage_name(const struct mill_stage *stage)
{
    return stage->node->name;
}

const char *
mill_from(const struct mill_stage *stage)
{
    return stage->current ? stage->current->from->node->name : "";
}

size_t
mill_max_record(const struct mill_stage *stage)
{
    return (size_t)stage->run->graph->max_record;
}

static bool
add_head(struct mill_batch *batch, uint64_t position, struct mill_bytes head)
{
    if (batch->rows > 0 && batch->format == MILL_CELLS)
        return mill_batch_add_row(batch, position) != NULL;

    char *copy = mill_batch_store(batch, head.data, head.len);
    enum mill_format format = batch->rows > 0 ? batch->format : MILL_LINE;

    return copy
           && mill_batch_add_payload(
               batch, format, (struct mill_bytes){ copy, head.len }, position);
}

bool
mill_oversized(struct mill_stage *stage, struct mill_batch *batch,
               uint64_t position, uint64_t size, struct mill_bytes head)
{
    char bytes[64] = "of unknown size";
    char reason[192];

    if (!add_head(batch, position, head))
        return false;
    if (size > 0)
        snprintf(bytes, sizeof(bytes), "of %" PRIu64 " bytes", size);
    snprintf(reason, sizeof(reason),
             "a record %s is over max_record, %" PRId64
             " bytes: only its head is kept here",
             bytes, stage->run->graph->max_record);
    /* As it came: what was cut off can't be decoded. */
    row_reject(batch_of(batch), batch->rows - 1, true, reason);
    return true;
}

bool
mill_wait(struct mill_stage *stage, int fd, struct mill_duration timeout)
{
    stage->waited = true;
    gate_prepare(&stage->gate);
    for (size_t i = 0; i < stage->out_count; i++)
        channel_backlog(stage->outs[i]->channel);
    if (atomic_exchange(&stage->attention, false) || mill_stopping(stage))
        return false;
    return gate_wait(&stage->gate, fd, timeout.ns);
}

void
mill_no_promise(struct mill_stage *stage, const char *why)
{
    stage->no_promise = why;
}

void
mill_takes_json(struct mill_stage *stage)
{
    stage->takes_json = true;
}

bool
mill_json_will_do(const struct mill_stage *stage)
{
    return stage->json_will_do;
}

void
mill_promise_except(struct mill_stage *stage, const char *exception)
{
    stage->exception = exception;
}

void
mill_progress(struct mill_stage *stage, uint64_t done, uint64_t total)
{
    atomic_store(&stage->come, done);
    atomic_store(&stage->total, total);
}

void
mill_lag(struct mill_stage *stage, uint64_t rows)
{
    atomic_store(&stage->lag, rows);
    atomic_store(&stage->lags, true);
}

void
mill_endless(struct mill_stage *stage)
{
    atomic_store(&stage->endless, true);
}

bool
mill_stopping(const struct mill_stage *stage)
{
    bool source = stage->node->plugin->kind == MILL_SOURCE;

    return atomic_load(&stage->run->aborting)
           || (source && atomic_load(&stage->run->stopping));
}

static enum mill_verdict
no_memory(struct mill_stage *stage, const struct mill_batch *batch)
{
    return mill_fail(stage, MILL_FATAL, "no memory to decode %u rows",
                     batch->rows);
}

enum mill_verdict
mill_decode(struct mill_stage *stage, struct mill_batch *pub)
{
    struct batch *batch = batch_of(pub);

    /* One that no source emitted, a plugin's scratch, say, has no next. */
    batch->whole = batch->whole || !batch->entry;
    if (!batch_decode(batch))
        return no_memory(stage, pub);
    if (batch->later == 0)
        return MILL_OK;
    if (!stage_part(stage, batch))
        return no_memory(stage, pub);
    stage->parted = batch_tally(stage->later);
    return MILL_OK;
}

struct mill_batch *
mill_scratch(struct mill_stage *stage)
{
    batch_release(stage->scratch);
    stage->scratch = batch_create(stage->run->pool);
    return stage->scratch ? &stage->scratch->pub : NULL;
}

/* --- positions and state -----------------------------------------------------
 */

static void
give_position(const struct resume_lane *lane, struct mill_position *position)
{
    position->position = lane->position;
    position->cursor = lane->cursor;
}

bool
mill_resume(struct mill_stage *stage, const char *stream, const char *partition,
            struct mill_position *position)
{
    const struct resume_lane *lane =
        resume_lane(&stage->run->resume, stage->node->name, stream, partition);

    if (!lane)
        return false;
    give_position(lane, position);
    return true;
}

uint64_t
mill_unseen(struct mill_stage *stage, const char *stream, const char *partition)
{
    return resume_unseen(
        &stage->run->resume,
        &(struct store_lane){ stage->node->name, stream, partition });
}

bool
mill_resume_at(struct mill_stage *stage, size_t index, const char **stream,
               const char **partition, struct mill_position *position)
{
    const struct resume_lane *lane =
        resume_lane_at(&stage->run->resume, stage->node->name, index);

    if (!lane)
        return false;
    *stream = lane->stream;
    *partition = lane->partition;
    give_position(lane, position);
    return true;
}

void
mill_state_put(struct mill_stage *stage, const char *key, const char *value)
{
    pthread_mutex_lock(&stage->memo_lock);
    bool put = memo_put(&stage->memo, key, value);
    pthread_mutex_unlock(&stage->memo_lock);
    if (put)
        return;
    mill_fail(stage, MILL_FATAL, "no memory to record %s", key);
    stage_fatal(stage);
}

enum mill_verdict
mill_state_store(struct mill_stage *stage)
{
    if (checkpoint_memo(stage))
        return MILL_OK;
    return mill_fail(stage, MILL_FATAL, "its state could not be stored");
}

/* A sink's thread that has stored a transform's memo takes out of it what was
 * forgotten; so even looking has to be done under the lock.  What was found
 * stays. */
const char *
mill_state_get(struct mill_stage *stage, const char *key)
{
    pthread_mutex_lock(&stage->memo_lock);
    const char *value = memo_get(&stage->memo, key);
    pthread_mutex_unlock(&stage->memo_lock);
    return value;
}

bool
mill_state_at(struct mill_stage *stage, size_t index, const char **key,
              const char **value)
{
    pthread_mutex_lock(&stage->memo_lock);
    bool there = memo_at(&stage->memo, index, key, value);
    pthread_mutex_unlock(&stage->memo_lock);
    return there;
}

/* --- marks -----------------------------------------------------------------
 */

bool
mill_mark_at(struct mill_stage *stage, size_t index, struct mill_mark *mark)
{
    for (size_t i = 0; i < stage->in_count; i++) {
        struct edge *edge = stage->ins[i];

        for (size_t k = 0; k < edge->place_count; k++) {
            const struct place *place = &edge->places[k];

            if (!place->lane || !place->pending || edge->mixed || index-- > 0)
                continue;
            stage->mark_key.len = 0;
            edge_mark_key(edge, place->lane, &stage->mark_key);
            mark->key = mill_buffer_text(&stage->mark_key);
            mark->position = place->upto;
            return !stage->mark_key.failed;
        }
    }
    return false;
}

bool
mill_mark_found(struct mill_stage *stage, const struct mill_mark *mark)
{
    struct found_mark *found =
        realloc(stage->found, (stage->found_count + 1) * sizeof(*stage->found));
    if (!found)
        return false;
    stage->found = found;
    found[stage->found_count] =
        (struct found_mark){ .key = strdup(mark->key),
                             .position = mark->position };
    if (!found[stage->found_count].key)
        return false;
    stage->found_count++;
    return true;
}

void
mill_lane_name(struct mill_stage *stage, struct mill_batch *batch,
               struct mill_buffer *to)
{
    const struct ledger_entry *entry = batch_of(batch)->entry;
    const char *source = mill_from(stage);
    /* On a test's bench no source emitted it. */
    struct lane bench = { .stream = batch->stream,
                          .partition = batch->partition,
                          .stored = batch->partition };
    const struct lane *lane = entry ? ledger_lane_of(entry) : &bench;

    if (entry)
        source = mill_stage_name(stage->run->stages[lane->source]);
    lane_name(mill_from(stage), source, lane, to);
}

/* --- templates -------------------------------------------------------------
 */

static struct template_values
values_of(const struct mill_stage *stage, const struct mill_batch *batch,
          uint64_t position, int64_t at)
{
    return (struct template_values){ .stream = batch->stream,
                                     .partition = batch->partition,
                                     .from = mill_from(stage),
                                     .pipeline = mill_pipeline_name(stage),
                                     .stage = mill_stage_name(stage),
                                     .offset = position,
                                     .at = at };
}

void
mill_template_fill(struct mill_stage *stage, const struct mill_template *tmpl,
                   const struct mill_batch *batch, uint64_t position,
                   int64_t at, struct mill_buffer *to)
{
    struct template_values values = values_of(stage, batch, position, at);

    template_fill(tmpl->text, &values, to);
}

void
mill_url_fill(struct mill_stage *stage, const struct mill_url_template *tmpl,
              const struct mill_batch *batch, uint64_t position, int64_t at,
              struct mill_buffer *to)
{
    struct template_values values = values_of(stage, batch, position, at);

    values.url = true;
    template_fill(tmpl->text, &values, to);
}
