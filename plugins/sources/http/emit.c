/* SPDX-License-Identifier: Apache-2.0 */

/* emit - the source's own thread: from requests to rows, from settlements to
 * answers */

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http.h"

#define PARTITION_ROOM 16

/* --- the next request ------------------------------------------------------
 */

/* The first number that none of the entry's lanes has seen. */
static uint64_t
unseen(struct mill_stage *stage, const char *topic, const struct entry *entry)
{
    uint64_t number = 0;

    for (size_t i = 0; i < entry->count; i++) {
        char partition[PARTITION_ROOM];
        int32_t place = entry->records[i].partition;
        uint64_t lane;

        if (i > 0 && place == entry->records[i - 1].partition)
            continue;
        desk_partition(partition, sizeof(partition), place);
        lane = mill_unseen(stage, topic, partition);
        if (lane > number)
            number = lane;
    }
    return number;
}

/* Takes a ticket, and gives it its number. */
static bool
next_ticket(struct http_source *http, struct mill_stage *stage)
{
    struct desk *desk = &http->desk;
    struct ticket *ticket;

    pthread_mutex_lock(&desk->lock);
    desk_give_back(desk, http->ticket);
    http->ticket = ticket = desk_take(desk);
    if (ticket) {
        uint64_t least;

        http->entry = (struct entry){
            .total = (uint32_t)ticket->total,
            .topic = { ticket->topic, strlen(ticket->topic) },
            .records = ticket->request.records,
            .count = ticket->request.count,
        };
        least = unseen(stage, ticket->topic, &http->entry);
        if (least > http->next)
            http->next = least;
        http->entry.first = http->next;
        http->next += ticket->total;
        desk_out(desk, ticket, http->entry.first);
    }
    pthread_mutex_unlock(&desk->lock);
    return ticket != NULL;
}

static enum mill_verdict
next_entry(struct http_source *http, struct mill_stage *stage)
{
    enum entry_read read;
    char name[64];

    http->entry.count = 0;
    read = spool_next(&http->disk, &http->entry);
    if (read == ENTRY_READ) {
        http->read = http->entry.first + http->entry.total;
        return MILL_OK;
    }
    if (read == ENTRY_SHORT)
        return MILL_IDLE;
    spool_name(name, sizeof(name), http->disk.reading, ".spool");
    if (errno != 0)
        return mill_fail(stage, MILL_FATAL,
                         "cannot read %s/%s: %s; what was acknowledged is "
                         "safe: mend that and start again",
                         http->spool, name, strerror(errno));
    return mill_fail(stage, MILL_FATAL,
                     "%s/%s is damaged at byte %jd: restore it, or move it "
                     "away and do without what it holds from there on",
                     http->spool, name, (intmax_t)http->disk.frames.at);
}

/* MILL_IDLE: there is none. */
static enum mill_verdict
next_request(struct http_source *http, struct mill_stage *stage)
{
    http->at = 0;
    if (http->has_spool)
        return next_entry(http, stage);
    if (next_ticket(http, stage))
        return MILL_OK;
    http->entry.count = 0;
    return MILL_IDLE;
}

/* --- rows ------------------------------------------------------------------
 */

static bool
add_record(struct mill_batch *batch, const struct record *record,
           uint64_t position)
{
    struct mill_bytes value = record->value;
    struct mill_bytes key = record->key;

    value.data = mill_batch_store(batch, value.data, value.len);
    if (!value.data
        || !mill_batch_add_payload(batch, record->format, value, position))
        return false;
    if (!key.data)
        return true;
    key.data = mill_batch_store(batch, key.data, key.len);
    return key.data && mill_batch_set_key(batch, batch->rows - 1, key);
}

/* The topic as text; it lives as long as the batch. */
static bool
set_lane(struct mill_batch *batch, const struct entry *entry, int32_t place)
{
    char topic[ROUTE_NAME_MOST + 1];
    char partition[PARTITION_ROOM];
    size_t len = entry->topic.len;

    if (len > ROUTE_NAME_MOST)
        len = ROUTE_NAME_MOST;
    memcpy(topic, entry->topic.data, len);
    topic[len] = '\0';
    desk_partition(partition, sizeof(partition), place);
    return mill_batch_set_stream(batch, topic, partition);
}

/* True where RECORD belongs into the batch that was begun. */
static bool
fits(const struct mill_batch *batch, const struct entry *entry,
     const struct record *record, int32_t place)
{
    return record->partition == place && record->format == batch->format
           && strlen(batch->stream) == entry->topic.len
           && memcmp(batch->stream, entry->topic.data, entry->topic.len) == 0;
}

/* Of a request that was spooled by an earlier run: how many records from the
 * one at hand on, all of one lane, were settled by it. */
static size_t
settled_before(struct http_source *http, struct mill_stage *stage,
               const struct mill_batch *batch)
{
    const struct entry *entry = &http->entry;
    const struct record *records = entry->records;
    struct mill_position come;
    size_t at = http->at;

    if (!mill_resume(stage, batch->stream, batch->partition, &come))
        return 0;
    while (at < entry->count
           && records[at].partition == records[http->at].partition
           && records[at].format == records[http->at].format
           && entry->first + records[at].index <= come.position)
        at++;
    return at - http->at;
}

/* Begins a batch with the record at hand; *PLACE is its lane. */
static enum mill_verdict
begin_batch(struct http_source *http, struct mill_stage *stage,
            struct mill_batch *batch, int32_t *place)
{
    const struct entry *entry = &http->entry;
    uint64_t number = entry->first + entry->records[http->at].index;

    *place = entry->records[http->at].partition;
    if (!set_lane(batch, entry, *place))
        return mill_fail(stage, MILL_FATAL, "no memory for a batch");
    if (!http->has_spool)
        return MILL_OK;
    if (entry->first < http->disk.replay_end)
        http->at += settled_before(http, stage, batch);
    else if (number < mill_unseen(stage, batch->stream, batch->partition))
        return mill_fail(stage, MILL_FATAL,
                         "the spool %s is older than what this pipeline "
                         "delivered of %s: put back the one that was used, or "
                         "forget where it stood (millrace state reset)",
                         http->spool, batch->stream);
    return MILL_OK;
}

/* Adds records until the batch has to be handed on (*FULL) or there is none. */
static enum mill_verdict
fill(struct http_source *http, struct mill_stage *stage,
     struct mill_batch *batch, int32_t *place, bool *full)
{
    const struct entry *entry = &http->entry;

    while (http->at < entry->count && !*full) {
        const struct record *record = &entry->records[http->at];

        if (batch->rows == 0) {
            enum mill_verdict verdict = begin_batch(http, stage, batch, place);

            if (verdict != MILL_OK)
                return verdict;
            if (record != &entry->records[http->at])
                continue;
        }
        *full = batch->rows > 0 && !fits(batch, entry, record, *place);
        if (*full)
            break;
        if (!add_record(batch, record, entry->first + record->index))
            return mill_fail(stage, MILL_FATAL, "no memory for a record");
        http->at++;
        *full = mill_batch_is_full(batch);
    }
    return MILL_OK;
}

/* --- what is under way from the spool ------------------------------------- */

static bool
add_flight(struct http_source *http, const struct mill_batch *batch,
           uint64_t low)
{
    if (http->flight_count == http->flight_room) {
        size_t room = http->flight_room ? http->flight_room * 2 : 64;
        struct flight *flights =
            realloc(http->flights, room * sizeof(*flights));

        if (!flights)
            return false;
        http->flights = flights;
        http->flight_room = room;
    }
    http->flights[http->flight_count++] =
        (struct flight){ .low = low,
                         .last = batch->positions[batch->rows - 1] };
    return true;
}

/* Lets go of the requests before the first that has a row under way, or not
 * even that. */
static void
let_go(struct http_source *http)
{
    uint64_t upto =
        http->at < http->entry.count ? http->entry.first : http->read;
    size_t gone = 0;

    while (gone < http->flight_count && http->flights[gone].settled)
        gone++;
    http->flight_count -= gone;
    if (gone > 0)
        memmove(http->flights, http->flights + gone,
                http->flight_count * sizeof(*http->flights));
    if (http->flight_count > 0 && http->flights[0].low < upto)
        upto = http->flights[0].low;
    spooler_done(http, upto);
}

/* --- the callbacks ---------------------------------------------------------
 */

void
emit_count(struct http_source *http)
{
    struct mill_stage *stage = http->stage;
    uint64_t refused;
    uint64_t repeated;
    uint64_t early;

    pthread_mutex_lock(&http->desk.lock);
    refused = http->desk.refused;
    repeated = http->desk.repeated;
    early = http->desk.early;
    http->desk.refused = 0;
    http->desk.repeated = 0;
    http->desk.early = 0;
    pthread_mutex_unlock(&http->desk.lock);
    if (refused > 0)
        mill_count(stage, "requests refused", refused);
    if (repeated > 0)
        mill_count(stage, "records that came before", repeated);
    if (early > 0)
        mill_count(stage, "keys forgotten early", early);
    if (early > 0 && !http->told_early)
        mill_log(stage, MILL_WARN,
                 "more records with idempotency keys come than "
                 "idempotency_records = %" PRId64
                 ": the oldest are forgotten before idempotency_window has "
                 "passed, and stored again if they come again",
                 http->idempotency_records);
    http->told_early |= early > 0;
}

/* Fills the batch with what is at hand. */
static enum mill_verdict
read_some(struct http_source *http, struct mill_stage *stage,
          struct mill_batch *batch)
{
    enum mill_verdict verdict = MILL_OK;
    uint64_t low = 0;
    int32_t place = -1;
    bool full = false;

    while (verdict == MILL_OK && !full) {
        if (http->at == http->entry.count)
            verdict = next_request(http, stage);
        if (batch->rows == 0)
            low = http->entry.first;
        if (verdict == MILL_OK)
            verdict = fill(http, stage, batch, &place, &full);
    }
    if (verdict == MILL_FATAL)
        return verdict;
    if (batch->rows > 0 && http->has_spool && !add_flight(http, batch, low))
        return mill_fail(stage, MILL_FATAL, "no memory for a batch");
    return batch->rows > 0 ? MILL_OK : MILL_IDLE;
}

enum mill_verdict
emit_read(struct http_source *http, struct mill_stage *stage,
          struct mill_batch *batch)
{
    enum mill_verdict verdict;
    uint64_t news;

    emit_count(http);
    if (atomic_load(&http->broken))
        return mill_fail(stage, MILL_FATAL, "%s", http->why);
    verdict = read_some(http, stage, batch);
    if (verdict != MILL_IDLE)
        return verdict;
    if (http->has_spool)
        let_go(http);
    if (!mill_wait(stage, http->desk.event, (struct mill_duration){ -1 })
        || read(http->desk.event, &news, sizeof(news)) < 0)
        return MILL_IDLE;
    verdict = read_some(http, stage, batch);
    return atomic_load(&http->broken)
               ? mill_fail(stage, MILL_FATAL, "%s", http->why)
               : verdict;
}

void
emit_settled(struct http_source *http, const struct mill_settled *settled)
{
    pthread_mutex_lock(&http->desk.lock);
    desk_settled(&http->desk, settled);
    pthread_mutex_unlock(&http->desk.lock);
    if (!http->has_spool)
        return;
    for (size_t i = 0; i < http->flight_count; i++)
        if (http->flights[i].last == settled->last) {
            http->flights[i].settled = true;
            break;
        }
    let_go(http);
}
