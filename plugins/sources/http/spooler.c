/* SPDX-License-Identifier: Apache-2.0 */

/*
 * spooler - the thread that writes requests to the spool
 *
 * It is a thread of its own since a sync takes long, and the source's thread
 * isn't called while the pipeline is full, which is just when a spool has to
 * take what comes.  What queues while one group is synced is the next group.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http.h"

/* The most that is written with one sync. */
#define GROUP_BYTES ((size_t)4 * 1024 * 1024)

#define SEGMENT_BYTES ((off_t)16 * 1024 * 1024)

struct group {
    struct mill_buffer frames;
    struct ticket *tickets; /* in the order of the frames */
    struct ticket *rest;    /* that don't fit */
    uint64_t end;
    int64_t now_s;
    bool keyed;
};

static void
add(struct http_source *http, struct group *group, struct ticket *ticket)
{
    struct entry entry = {
        .first = spool_number(&http->disk, ticket->total),
        .came = group->now_s,
        .settled = ticket->key_settled,
        .flags = (ticket->named ? ENTRY_NAMED : 0u)
                 | (group->frames.len == 0 ? ENTRY_BEGINS : 0u),
        .total = (uint32_t)ticket->total,
        .topic = { ticket->topic, strlen(ticket->topic) },
        .key = { ticket->key, ticket->key ? strlen(ticket->key) : 0 },
        .records = ticket->request.records,
        .count = ticket->request.count,
    };

    ticket->first = entry.first;
    group->end = entry.first + entry.total;
    group->keyed |= ticket->key != NULL;
    entry_write(&group->frames, &entry);
}

/* Makes frames of the tickets in `rest`, as far as a group goes. */
static void
gather(struct http_source *http, struct group *group)
{
    struct ticket **end = &group->tickets;

    group->frames.len = 0;
    group->keyed = false;
    group->tickets = NULL;
    while (group->rest && !group->frames.failed
           && group->frames.len < GROUP_BYTES) {
        struct ticket *ticket = group->rest;

        group->rest = ticket->next;
        ticket->next = NULL;
        *end = ticket;
        end = &ticket->next;
        add(http, group, ticket);
    }
}

/* The disk took it, or is full, or is no good any more. */
static void
tell(struct http_source *http, enum spool_written written, int error,
     bool *told)
{
    if (written == SPOOL_FULL && !*told)
        mill_log(http->stage, MILL_ERROR,
                 "cannot write to the spool %s: %s; requests are refused with "
                 "503 until that is mended",
                 http->spool, strerror(error));
    if (written == SPOOL_WRITTEN && *told)
        mill_log(http->stage, MILL_INFO, "the spool %s can be written again",
                 http->spool);
    *told = written == SPOOL_FULL;
    if (written != SPOOL_BROKEN || atomic_load(&http->broken))
        return;
    snprintf(http->why, sizeof(http->why),
             "cannot keep the spool %s: %s; what was acknowledged is safe: "
             "mend the disk and start again",
             http->spool, strerror(error));
    atomic_store(&http->broken, true);
}

/* Under the desk's lock. */
static void
answer(struct http_source *http, struct group *group,
       enum spool_written written, int error)
{
    struct refusal why;

    refuse(&why, 503, 50302, "the spool cannot be written: %s",
           strerror(error));
    while (group->tickets) {
        struct ticket *ticket = group->tickets;

        group->tickets = ticket->next;
        ticket->next = NULL;
        if (written == SPOOL_WRITTEN) {
            desk_drop_body(&http->desk, ticket);
            desk_out(&http->desk, ticket, ticket->first);
        } else {
            desk_fail(&http->desk, ticket, &why);
            http->desk.refused++;
        }
    }
}

static void
write_group(struct http_source *http, struct group *group, bool *told)
{
    struct mill_bytes frames = { group->frames.data, group->frames.len };
    enum spool_written written = SPOOL_FULL;
    int error;
    uint64_t one = 1;

    errno = ENOMEM;
    if (!group->frames.failed)
        written = atomic_load(&http->broken) ? SPOOL_BROKEN
                                             : spool_write(&http->disk, frames);
    error = errno;
    tell(http, written, error, told);
    pthread_mutex_lock(&http->desk.lock);
    answer(http, group, written, error);
    if (written == SPOOL_WRITTEN)
        spool_publish(&http->disk, frames.len, group->end, group->keyed,
                      group->now_s);
    pthread_mutex_unlock(&http->desk.lock);
    if (write(http->desk.event, &one, sizeof(one)) < 0 && errno != EAGAIN)
        mill_log(http->stage, MILL_ERROR, "cannot wake the source: %s",
                 strerror(errno));
    if (group->frames.failed)
        mill_buffer_finish(&group->frames);
}

static void *
spool_all(void *arg)
{
    struct http_source *http = arg;
    struct desk *desk = &http->desk;
    struct group group = { 0 };
    bool told = false;
    bool over = false;

    while (!over) {
        pthread_mutex_lock(&desk->lock);
        while (!desk->queue && !desk->closing)
            pthread_cond_wait(&desk->queued, &desk->lock);
        over = desk->closing && !desk->queue;
        group.rest = desk_take_all(desk);
        pthread_mutex_unlock(&desk->lock);
        group.now_s = http_now_s();
        while (group.rest) {
            gather(http, &group);
            write_group(http, &group, &told);
        }
    }
    mill_buffer_finish(&group.frames);
    return NULL;
}

/* --- opening and letting go ------------------------------------------------
 */

/* The name of an entry's key, in memory of ROOM. */
static struct keys_name
name_of(const struct entry *entry, struct mill_buffer *room)
{
    size_t topic;

    room->len = 0;
    mill_buffer_add(room, entry->key.data, entry->key.len);
    mill_buffer_add(room, "", 1);
    topic = room->len;
    mill_buffer_add(room, entry->topic.data, entry->topic.len);
    mill_buffer_add(room, "", 1);
    return (struct keys_name){
        .topic = room->failed ? "" : room->data + topic,
        .text = room->failed ? "" : room->data,
        .named = entry->flags & ENTRY_NAMED,
        .settled = entry->settled,
        .count = entry->total,
    };
}

/* Remembers the key of a request that an earlier run took. */
static bool
remember(struct http_source *http, const struct entry *entry,
         const struct keys_name *name, struct keys_hit *hits)
{
    struct keys_holding *holding;
    struct refusal why;

    /* Those that came before were left out when it was written. */
    for (size_t i = 0; i < entry->total; i++)
        hits[i].found = true;
    for (size_t i = 0; i < entry->count; i++)
        hits[entry->records[i].index].found = false;
    if (!keys_check(name, &why) || entry->count == 0)
        return true;
    holding =
        keys_put(http->desk.keys, name, hits, entry->first, NULL, entry->came);
    return holding != NULL;
}

/* True where the pipeline settled all of a request in an earlier run. */
static bool
was_settled(struct http_source *http, const struct entry *entry)
{
    struct mill_position come = { 0 };
    char topic[ROUTE_NAME_MOST + 1];

    snprintf(topic, sizeof(topic), "%.*s", (int)entry->topic.len,
             entry->topic.data);
    for (size_t i = 0; i < entry->count; i++) {
        const struct record *record = &entry->records[i];
        char partition[16];

        desk_partition(partition, sizeof(partition), record->partition);
        if ((i == 0 || record[-1].partition != record->partition)
            && !mill_resume(http->stage, topic, partition, &come))
            return false;
        if (entry->first + record->index > come.position)
            return false;
    }
    return true;
}

static bool
visit(void *arg, const struct entry *entry)
{
    struct http_source *http = arg;
    uint64_t *left = &http->desk.left_first;
    struct mill_buffer room = { 0 };
    struct keys_hit *hits;
    struct keys_name name;
    bool good = true;

    if (entry->first < *left && !(entry->flags & ENTRY_BARE)
        && !was_settled(http, entry))
        *left = entry->first;
    if (!entry->key.data)
        return true;
    name = name_of(entry, &room);
    hits = calloc(entry->total, sizeof(*hits));
    good = hits && !room.failed;
    /* A crash between the making of a keys file and the end of its segment
     * leaves both. */
    if (good && !keys_has_number(http->desk.keys, &name, entry->first))
        good = remember(http, entry, &name, hits);
    if (good)
        keys_settled(http->desk.keys, &name);
    free(hits);
    mill_buffer_finish(&room);
    return good;
}

enum mill_verdict
spooler_start(struct http_source *http, struct mill_stage *stage)
{
    char why[512];
    int error;
    off_t most = (off_t)http->spool_size.bytes / 4;

    http->disk.segment_size = most < SEGMENT_BYTES ? most : SEGMENT_BYTES;
    http->disk.window_s = http->idempotency_window.ns / 1000000000;
    http->has_spool = true;
    http->desk.left_first = UINT64_MAX;
    if (!spool_open(&http->disk, http->spool, http->next, visit, http, why,
                    sizeof(why)))
        return mill_fail(stage, MILL_FATAL, "%s", why);
    http->read = http->disk.segments.list[0].first;
    http->desk.left_end = http->disk.replay_end;
    http->desk.early += keys_expire(http->desk.keys, http_now_s());
    if (http->disk.torn > 0)
        mill_log(stage, MILL_WARN,
                 "%jd bytes of the spool %s were cut off: they belong to "
                 "requests that a crash left without an answer",
                 (intmax_t)http->disk.torn, http->spool);
    error = pthread_create(&http->spooler, NULL, spool_all, http);
    if (error != 0)
        return mill_fail(stage, MILL_RETRY, "cannot start a thread: %s",
                         strerror(error));
    http->spooling = true;
    return MILL_OK;
}

void
spooler_join(struct http_source *http)
{
    if (http->spooling)
        pthread_join(http->spooler, NULL);
    http->spooling = false;
}

void
spooler_close(struct http_source *http)
{
    if (http->has_spool)
        spool_close(&http->disk);
    http->has_spool = false;
}

/* True while the key of a request that is settled has to be known. */
static bool
keep(void *arg, const struct entry *entry)
{
    struct http_source *http = arg;
    struct mill_buffer room = { 0 };
    struct keys_name name = name_of(entry, &room);
    bool known;

    pthread_mutex_lock(&http->desk.lock);
    known =
        !room.failed && keys_has_number(http->desk.keys, &name, entry->first);
    pthread_mutex_unlock(&http->desk.lock);
    mill_buffer_finish(&room);
    return known;
}

void
spooler_done(struct http_source *http, uint64_t upto)
{
    struct spool *disk = &http->disk;
    bool good = spool_done(disk, upto, keep, http, http_now_s());

    pthread_mutex_lock(&http->desk.lock);
    if (upto > http->desk.left_first)
        http->desk.left_first = upto;
    pthread_mutex_unlock(&http->desk.lock);
    if (!good && !http->told_stuck)
        mill_log(http->stage, MILL_WARN,
                 "cannot let go of what is settled in the spool %s: %s; it is "
                 "tried again",
                 http->spool, strerror(errno));
    http->told_stuck = !good;
    if (disk->lost_keys > 0)
        mill_log(http->stage, MILL_WARN,
                 "%zu files of the spool %s were damaged when all in them was "
                 "settled: some of their idempotency keys will be unknown "
                 "after a restart",
                 disk->lost_keys, http->spool);
    disk->lost_keys = 0;
}
