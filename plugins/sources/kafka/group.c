/* SPDX-License-Identifier: Apache-2.0 */

/*
 * group - partitions come and go, and nothing of them is lost or comes twice
 *
 * A partition that the group gives us is asked how far the group has come in it
 * (life.h says what that is worth here), and is read from there.  Where that
 * begins a life, it is committed before the first record is handed on: so "the
 * group has no offset" never means anything but "this is new".
 *
 * One that goes to another process is left in order: what was handed on is
 * delivered and committed, for `handover` at most; what isn't by then, the
 * sinks forget, and the other process reads it.  All that happens before
 * librdkafka gives the partition back, so that nobody else reads it meanwhile.
 * Those that stay with us are read on before and after (cooperative-sticky).
 * Where the group has given a partition away already, for we were silent too
 * long, there is nothing to wait for.
 */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "kafka.h"
#include "life.h"

/* --- giving back ---------------------------------------------------------- */

static void
leave_one(struct kafka_source *source, struct share *share, bool lost,
          int64_t until_ns)
{
    int64_t left = until_ns - clock_ns();

    inbox_forget(&source->inbox, share);
    if (lost)
        mill_lane_lost(source->stage, share->topic, share->partition);
    else if (!mill_lane_leave(source->stage, share->topic, share->partition,
                              (struct mill_duration){ left > 0 ? left : 0 }))
        mill_log(source->stage, MILL_WARN,
                 "%s/%s goes to another process with records that weren't "
                 "delivered within handover, %.0f s: it reads them again",
                 share->topic, share->partition,
                 (double)source->handover.ns / 1e9);
}

/* Its queue is kept, for what may come into it until librdkafka has stopped
 * fetching; see group_listen(). */
static void
let_go(struct kafka_source *source, struct share *share)
{
    rd_kafka_queue_t **left = realloc(
        source->left, (source->left_count + 1) * sizeof(rd_kafka_queue_t *));

    if (left)
        source->left = left;
    if (left && share->queue) {
        left[source->left_count++] = share->queue;
        share->queue = NULL;
    }
    shares_remove(&source->shares, share);
}

static void
leave(struct kafka_source *source, const rd_kafka_topic_partition_list_t *list,
      bool lost)
{
    int64_t until = clock_ns() + source->handover.ns;

    mill_log(source->stage, MILL_INFO, "%s %d of %zu partitions",
             lost ? "lost" : "giving back", list->cnt, source->shares.count);
    for (int i = 0; i < list->cnt; i++) {
        struct share *share = shares_find(&source->shares, list->elems[i].topic,
                                          list->elems[i].partition);

        if (share)
            leave_one(source, share, lost, until);
    }
    if (!lost && !commits_finish(source, until))
        mill_log(source->stage, MILL_WARN,
                 "not all offsets were committed before giving back; what was "
                 "delivered since the last commit may be delivered again");
    for (int i = 0; i < list->cnt; i++) {
        struct share *share = shares_find(&source->shares, list->elems[i].topic,
                                          list->elems[i].partition);

        if (share)
            let_go(source, share);
    }
}

/* What librdkafka says to giving and taking, which can only fail by a fault of
 * this plugin, or where the client is of no more use. */
static void
check_error(struct kafka_source *source, rd_kafka_error_t *error,
            const char *what)
{
    if (!error)
        return;
    if (!source->closing)
        source->verdict =
            mill_fail(source->stage, MILL_FATAL, "cannot %s partitions: %s",
                      what, rd_kafka_error_string(error));
    rd_kafka_error_destroy(error);
}

void
group_rebalance(rd_kafka_t *client, rd_kafka_resp_err_t error,
                rd_kafka_topic_partition_list_t *list, void *opaque)
{
    struct kafka *kafka = opaque;
    struct kafka_source *source = kafka->self;

    if (error == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS)
        source->assigned = true;
    if (error == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS && !source->closing) {
        if (source->given)
            rd_kafka_topic_partition_list_destroy(source->given);
        source->given = rd_kafka_topic_partition_list_copy(list);
        return;
    }
    if (error == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        check_error(source, rd_kafka_incremental_assign(client, list), "take");
        return;
    }
    if (error != RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS)
        mill_log(source->stage, MILL_WARN, "the group is in trouble: %s",
                 rd_kafka_err2str(error));
    if (!source->closing)
        leave(source, list, rd_kafka_assignment_lost(client) != 0);
    check_error(source, rd_kafka_incremental_unassign(client, list),
                "give back");
}

/* --- taking over ---------------------------------------------------------- */

static enum mill_verdict
no_memory(const struct kafka_source *source)
{
    return mill_fail(source->stage, MILL_RETRY, "no memory for partitions");
}

/* The topic was deleted, or nobody has heard of it yet. */
static bool
is_unknown(rd_kafka_resp_err_t error)
{
    return error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART
           || error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION
           || error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
}

/* From where to where Kafka has records of SHARE.  IDLE: it knows of no such
 * topic. */
static enum mill_verdict
ask_range(struct kafka_source *source, const struct share *share, int64_t *low,
          int64_t *high)
{
    char what[300];
    rd_kafka_resp_err_t error = rd_kafka_query_watermark_offsets(
        source->kafka.client, share->topic, share->number, low, high, ASK_MS);

    if (!error)
        return MILL_OK;
    *low = *high = 0;
    if (is_unknown(error))
        return MILL_IDLE;
    snprintf(what, sizeof(what), "ask how far %s/%s reaches", share->topic,
             share->partition);
    return kafka_fail(&source->kafka, error, rd_kafka_err2str(error), what);
}

/* Begins a life of SHARE at OFFSET. */
static void
begin(struct share *share, uint64_t offset)
{
    life_begin(share->life);
    share->next = share->done = offset;
    share->sent = SHARE_NEVER;
}

static enum mill_verdict
live(const struct kafka_source *source, const struct share *share)
{
    if (mill_lane_life(source->stage, share->topic, share->partition,
                       share->life))
        return MILL_OK;
    return no_memory(source);
}

/* Finds out where to go on in SHARE, of which the group keeps KEPT. */
static enum mill_verdict
find_start(struct kafka_source *source, struct share *share,
           const rd_kafka_topic_partition_t *kept)
{
    bool has_offset = kept->offset >= 0;
    bool ours = has_offset
                && life_parse(kept->metadata, kept->metadata_size, share->life);
    int64_t low = 0;
    int64_t high = 0;
    enum mill_verdict verdict = MILL_OK;

    if (!has_offset || source->to_the_end)
        verdict = ask_range(source, share, &low, &high);
    /* A topic that was deleted meanwhile is begun at 0, and taken from us by
     * the group soon: it can't take what we haven't taken. */
    if (verdict != MILL_OK && verdict != MILL_IDLE)
        return verdict;
    share->end = (uint64_t)high;
    if (ours)
        share->next = share->done = share->sent = (uint64_t)kept->offset;
    else if (has_offset)
        begin(share, (uint64_t)kept->offset);
    else
        begin(share, (uint64_t)(source->from_earliest ? low : high));
    share->start = share->next;
    return live(source, share);
}

/* Adds the partitions of KEPT to the shares.  Those that an earlier try added
 * stay. */
static enum mill_verdict
add_shares(struct kafka_source *source,
           const rd_kafka_topic_partition_list_t *kept)
{
    for (int i = 0; i < kept->cnt; i++) {
        const rd_kafka_topic_partition_t *one = &kept->elems[i];
        struct share *share;
        enum mill_verdict verdict;

        if (one->err)
            return kafka_fail(&source->kafka, one->err,
                              rd_kafka_err2str(one->err),
                              "read the group's offsets");
        if (shares_find(&source->shares, one->topic, one->partition))
            continue;
        share = shares_add(&source->shares, one->topic, one->partition);
        if (!share)
            return no_memory(source);
        verdict = find_start(source, share, one);
        if (verdict != MILL_OK) {
            shares_remove(&source->shares, share);
            return verdict;
        }
        mill_log(source->stage, MILL_DEBUG, "%s/%s from offset %" PRIu64,
                 share->topic, share->partition, share->next);
    }
    return MILL_OK;
}

/* All records of a partition go to our own queue: what comes there is never
 * mixed with what the group has to say. */
static bool
forward(const struct kafka_source *source, struct share *share)
{
    if (!share->queue)
        share->queue = rd_kafka_queue_get_partition(
            source->kafka.client, share->topic, share->number);
    if (!share->queue)
        return false;
    rd_kafka_queue_forward(share->queue, source->records);
    return true;
}

/* Begins to read what was given and isn't read yet. */
static enum mill_verdict
assign(struct kafka_source *source)
{
    rd_kafka_topic_partition_list_t *list = source->given;

    for (int i = 0; i < list->cnt; i++) {
        rd_kafka_topic_partition_t *one = &list->elems[i];
        struct share *share =
            shares_find(&source->shares, one->topic, one->partition);

        if (!share || !forward(source, share))
            return no_memory(source);
        one->offset = (int64_t)share->next;
    }
    check_error(source, rd_kafka_incremental_assign(source->kafka.client, list),
                "take");
    if (list->cnt > 0)
        mill_log(source->stage, MILL_INFO, "taking %d partitions, %zu in all",
                 list->cnt, source->shares.count);
    rd_kafka_topic_partition_list_destroy(list);
    source->given = NULL;
    source->joined = true;
    if (source->shares.count > 0)
        source->missing[0] = '\0';
    return source->verdict;
}

static enum mill_verdict
cannot_begin(struct kafka_source *source)
{
    if (source->refused[0])
        return mill_fail(source->stage, MILL_FATAL, "%s", source->refused);
    return mill_fail(source->stage, MILL_RETRY,
                     "cannot commit where the group begins to read: %s",
                     kafka_trouble(&source->kafka));
}

enum mill_verdict
group_take(struct kafka_source *source)
{
    rd_kafka_topic_partition_list_t *kept =
        rd_kafka_topic_partition_list_copy(source->given);
    rd_kafka_resp_err_t error =
        kept->cnt > 0 ? rd_kafka_committed(source->kafka.client, kept, ASK_MS)
                      : RD_KAFKA_RESP_ERR_NO_ERROR;
    enum mill_verdict verdict;

    if (error)
        verdict = kafka_fail(&source->kafka, error, rd_kafka_err2str(error),
                             "read the group's offsets");
    else
        verdict = add_shares(source, kept);
    rd_kafka_topic_partition_list_destroy(kept);
    if (verdict != MILL_OK)
        return verdict;
    if (!commits_finish(source, clock_ns() + ASK_MS * (int64_t)1000000))
        return cannot_begin(source);
    kafka_recovered(&source->kafka);
    return assign(source);
}

/*
 * librdkafka ends the forwarding when it has put a partition back, which may be
 * after it was told to take it again; what came meanwhile is kept in the
 * partition's queue.  That of one that went has to be emptied, too: of a topic
 * that was deleted, librdkafka forgets to, and waits for it when it is closed.
 */
void
group_listen(struct kafka_source *source)
{
    for (size_t i = 0; i < source->shares.count; i++)
        if (!source->shares.list[i]->heard)
            forward(source, source->shares.list[i]);
    for (size_t i = 0; i < source->left_count; i++) {
        rd_kafka_queue_forward(source->left[i], source->records);
        rd_kafka_queue_destroy(source->left[i]);
    }
    source->left_count = 0;
}

static void
ignore(void *arg, const rd_kafka_message_t *message)
{
    (void)arg;
    (void)message;
}

void
group_forget(struct kafka_source *source)
{
    if (source->given)
        rd_kafka_topic_partition_list_destroy(source->given);
    source->given = NULL;
    while (source->records) {
        for (size_t i = 0; i < source->shares.count; i++)
            forward(source, source->shares.list[i]);
        group_listen(source);
        inbox_finish(&source->inbox);
        inbox_look(&source->inbox, source->records, &source->shares, ignore,
                   NULL);
        if (source->inbox.count == 0)
            break;
    }
    inbox_finish(&source->inbox);
    free(source->left);
    source->left = NULL;
    shares_finish(&source->shares);
    source->joined = false;
}

/* --- going on elsewhere --------------------------------------------------- */

/* A partition that met an error stands still, and can't be told to go on; one
 * that is put back and taken again can. */
static enum mill_verdict
go_on(struct kafka_source *source, struct share *share)
{
    rd_kafka_t *client = source->kafka.client;
    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new(1);

    rd_kafka_topic_partition_list_add(list, share->topic, share->number)
        ->offset = (int64_t)share->next;
    check_error(source, rd_kafka_incremental_unassign(client, list),
                "put back");
    check_error(source, rd_kafka_incremental_assign(client, list), "take");
    rd_kafka_topic_partition_list_destroy(list);
    share->heard = false;
    return source->verdict;
}

/* The records between were deleted, by age or size, before they were read. */
static void
skip_deleted(struct kafka_source *source, struct share *share, int64_t low)
{
    uint64_t count = (uint64_t)low - share->next;

    mill_log(source->stage, MILL_ERROR,
             "%s/%s: Kafka has deleted offsets %" PRIu64 " to %" PRId64
             " before they were read (retention): %" PRIu64 " are missing",
             share->topic, share->partition, share->next, low - 1, count);
    mill_count(source->stage, "offsets deleted before they were read", count);
    share->next = (uint64_t)low;
}

/* There is less in the partition than we have read: another topic has the
 * name. */
static enum mill_verdict
begin_anew(struct kafka_source *source, struct share *share, int64_t low,
           int64_t high)
{
    enum mill_verdict verdict;

    mill_log(source->stage, MILL_WARN,
             "%s/%s ends at offset %" PRId64 ", and %" PRIu64
             " was read: the topic was made anew, or its end was lost; reading "
             "from its %s",
             share->topic, share->partition, high, share->next,
             source->from_earliest ? "beginning" : "end");
    mill_lane_leave(source->stage, share->topic, share->partition,
                    source->handover);
    begin(share, (uint64_t)(source->from_earliest ? low : high));
    verdict = live(source, share);
    if (verdict != MILL_OK
        || commits_finish(source, clock_ns() + ASK_MS * (int64_t)1000000))
        return verdict;
    return mill_fail(source->stage, MILL_RETRY,
                     "cannot commit where %s/%s begins anew", share->topic,
                     share->partition);
}

static enum mill_verdict
mend(struct kafka_source *source, struct share *share)
{
    int64_t low;
    int64_t high;
    enum mill_verdict verdict = ask_range(source, share, &low, &high);

    if (verdict == MILL_IDLE)
        return MILL_OK; /* the group will take it from us */
    if (verdict != MILL_OK)
        return verdict;
    if ((int64_t)share->next < low)
        skip_deleted(source, share, low);
    else if ((int64_t)share->next > high)
        verdict = begin_anew(source, share, low, high);
    if (verdict == MILL_OK)
        verdict = go_on(source, share);
    share->astray = verdict != MILL_OK;
    return verdict;
}

enum mill_verdict
group_mend(struct kafka_source *source)
{
    for (size_t i = 0; i < source->shares.count; i++) {
        struct share *share = source->shares.list[i];
        enum mill_verdict verdict;

        if (!share->astray || share->first != INBOX_NONE)
            continue;
        verdict = mend(source, share);
        if (verdict != MILL_OK)
            return verdict;
    }
    return MILL_OK;
}
