/* SPDX-License-Identifier: Apache-2.0 */

/*
 * kafka - read topics as a member of a consumer group
 *
 *     posts = { source = "kafka"; brokers = ["127.0.0.1:9092"];
 *               topics = ["0a1b2c.pin", "0a1b2c.geo", "0a1b2c.user"]; };
 *     all   = { source = "kafka"; brokers = ["127.0.0.1:9092"];
 *               topics = ["^0a1b2c[.].*"]; group = "to-the-lake"; };
 *
 * A topic is a stream, its partitions are those of the stream, and a record's
 * offset is its row's position.  The value is the payload, the key travels
 * beside it.  Processes with the same `group` share the partitions: one that
 * runs the same definition on another machine takes over its part.
 *
 * What the group keeps of a partition is the offset up to which every sink has
 * stored all records, so that whoever goes on misses none.  Rows that were
 * stored and not yet committed when the process was killed come again, and are
 * left out where the sinks behind it know what they have.
 *
 * Waiting is done on one eventfd, which librdkafka's queues write to: a record
 * is handed on as it comes, and nothing is polled.
 */

#include "kafka.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "clock.h"

#define MS ((int64_t)1000 * 1000)

/* How much is taken between two nudges; see nudge(). */
#define NUDGE ((size_t)4 * 1024 * 1024)

/* Between two looks at what doesn't wake us: the group's patience, the lag. */
#define TICK_NS (500 * MS)

/* Between two looks for a topic that isn't there. */
#define LOOK_NS (1000 * MS)

static const char *const starts[] = { "earliest", "latest", NULL };
static const char *const formats[] = { "json", "line", NULL };
static const char *const nulls[] = { "dead_letter", "skip", NULL };
static const char *const isolations[] = { "read_committed", "read_uncommitted",
                                          NULL };
static const char *const untils[] = { "never", "end", NULL };

static const struct mill_option options[] = {
#include "kafka/option_rows.inc"
    MILL_OPTION(struct kafka_source, topics,
                "Topics to read; ^ begins a regular expression for names",
                .required = true),
    MILL_OPTION(struct kafka_source, group,
                "Consumer group; its members share the partitions "
                "(PIPELINE.STAGE)"),
    MILL_OPTION(struct kafka_source, instance_id,
                "Name of this member, to keep its partitions over a restart; "
                "another on each machine"),
    MILL_OPTION(struct kafka_source, start,
                "Where to begin in a partition that the group has no offset of",
                .fallback = "earliest", .choices = starts),
    MILL_OPTION(struct kafka_source, format,
                "What a value is: a JSON object, or text that becomes a column "
                "`line`",
                .fallback = "json", .choices = formats),
    MILL_OPTION(struct kafka_source, on_null,
                "What becomes of a record without a value (a tombstone)",
                .fallback = "dead_letter", .choices = nulls),
    MILL_OPTION(struct kafka_source, isolation,
                "Whether records of open and aborted transactions are read",
                .fallback = "read_committed", .choices = isolations),
    MILL_OPTION(struct kafka_source, until,
                "When to stop: never, or where the partitions ended at the "
                "start",
                .fallback = "never", .choices = untils),
    MILL_OPTION(struct kafka_source, handover,
                "How long what was read of a partition may take to be "
                "delivered before another process gets it",
                .fallback = "30s", .least = 0,
                .most = (int64_t)240 * 1000 * MS),
    { 0 },
};

static enum mill_verdict
source_check(void *self, struct mill_stage *stage)
{
    struct kafka_source *source = self;
    enum mill_verdict verdict = member_check(source, stage);

    if (verdict == MILL_OK)
        verdict = topics_check(source->topics, stage);
    if (verdict == MILL_OK && source->group && !source->group[0])
        verdict = mill_fail(stage, MILL_FATAL, "group: the name is empty");
    return verdict;
}

/* --- opening -------------------------------------------------------------- */

static enum mill_verdict
source_open(void *self, struct mill_stage *stage)
{
    struct kafka_source *source = self;

    source->stage = stage;
    source->rule.format =
        strcmp(source->format, "line") == 0 ? MILL_LINE : MILL_JSON;
    source->rule.skip_null = strcmp(source->on_null, "skip") == 0;
    source->from_earliest = strcmp(source->start, "earliest") == 0;
    source->to_the_end = strcmp(source->until, "end") == 0;
    source->closing = source->committing = source->troubled = false;
    source->assigned = false;
    source->verdict = MILL_OK;
    source->missing[0] = source->refused[0] = '\0';
    if (!source->to_the_end)
        mill_endless(stage);
    source->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (source->event < 0)
        return mill_fail(stage, MILL_RETRY, "cannot make an eventfd: %s",
                         strerror(errno));
    return member_enter(source);
}

/* --- what librdkafka says ------------------------------------------------- */

/* An error that came in the place of a record. */
static void
on_fault(void *arg, const rd_kafka_message_t *message)
{
    struct kafka_source *source = arg;
    const char *topic = message->rkt ? rd_kafka_topic_name(message->rkt) : "";
    struct share *share =
        shares_find(&source->shares, topic, message->partition);

    switch (message->err) {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
        if (share)
            share->ended = true;
        return;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
        if (share)
            share->astray = true;
        return;
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR__FATAL:
        source->verdict = kafka_fail(&source->kafka, message->err,
                                     rd_kafka_message_errstr(message), "read");
        return;
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
        if (source->shares.count > 0 && !source->to_the_end)
            break;
        snprintf(source->missing, sizeof(source->missing), "%s",
                 rd_kafka_message_errstr(message));
        return;
    default:
        break;
    }
    mill_log(source->stage, MILL_WARN, "%s", rd_kafka_message_errstr(message));
}

/* It may be made any moment, and what is in it then is waited for. */
static enum mill_verdict
say_missing(struct kafka_source *source)
{
    mill_retry_after(source->stage, (struct mill_duration){ LOOK_NS });
    return mill_fail(
        source->stage, source->to_the_end ? MILL_FATAL : MILL_RETRY,
        "%s; make the topic, or correct `topics`", source->missing);
}

/* Serves the group: here partitions come and go. */
static enum mill_verdict
serve(struct kafka_source *source)
{
    rd_kafka_message_t *message;
    enum mill_verdict verdict = MILL_OK;

    source->verdict = MILL_OK;
    while ((message = rd_kafka_consumer_poll(source->kafka.client, 0))) {
        on_fault(source, message);
        rd_kafka_message_destroy(message);
    }
    commits_serve(source);
    commits_send(source);
    if (source->kafka.fatal)
        return mill_fail(source->stage, MILL_FATAL, "%s", source->kafka.said);
    if (source->refused[0])
        return mill_fail(source->stage, MILL_FATAL, "%s", source->refused);
    if (source->verdict != MILL_OK)
        return source->verdict;
    if (source->given && !mill_stopping(source->stage))
        verdict = group_take(source);
    if (verdict == MILL_OK && source->missing[0])
        return say_missing(source);
    return verdict == MILL_OK ? group_mend(source) : verdict;
}

/* --- reading -------------------------------------------------------------- */

static void
tick(struct kafka_source *source)
{
    uint64_t lag = 0;
    uint64_t come = 0;
    uint64_t total = 0;
    int64_t now = clock_ns();

    if (now < source->lag_at_ns)
        return;
    source->lag_at_ns = now + TICK_NS;
    group_listen(source);
    for (size_t i = 0; i < source->shares.count; i++) {
        const struct share *share = source->shares.list[i];
        int64_t low;
        int64_t high;

        if (!rd_kafka_get_watermark_offsets(source->kafka.client, share->topic,
                                            share->number, &low, &high)
            && high > (int64_t)share->next)
            lag += (uint64_t)high - share->next;
        come += share->next - share->start;
        if (share->end > share->start)
            total += share->end - share->start;
    }
    mill_lag(source->stage, lag);
    if (source->to_the_end && total > 0)
        mill_progress(source->stage, come, total);
}

/*
 * Where its queue was full, librdkafka (2.0) looks a second later whether there
 * is room again, however fast we made some.  A request to the same broker wakes
 * the thread that would fetch.  So we ask for something, a quarter of the queue
 * after the other, and don't wait for the answer.
 */
static void
nudge(struct kafka_source *source, const struct share *share)
{
    int64_t low;
    int64_t high;

    if (source->taken < NUDGE)
        return;
    source->taken = 0;
    rd_kafka_query_watermark_offsets(source->kafka.client, share->topic,
                                     share->number, &low, &high, 1);
}

/* Takes what is in the inbox of one partition.  *FITS is false where the next
 * record doesn't go into this batch: it has no room, or the format that the
 * head of an oversized record gave it. */
static enum mill_verdict
take_rows(struct kafka_source *source, struct share *share,
          struct mill_batch *batch, bool *fits)
{
    const rd_kafka_message_t *message;

    while ((*fits = !mill_batch_is_full(batch))
           && (message = inbox_peek(&source->inbox, share))) {
        uint64_t position = (uint64_t)message->offset;

        /* Never the case, but a second delivery would be worse. */
        if (position >= share->next) {
            *fits = row_add(&source->rule, source->stage, batch, message);
            if (!*fits)
                return batch->rows > 0
                           ? MILL_OK
                           : mill_fail(source->stage, MILL_RETRY,
                                       "no memory for a record of %zu bytes",
                                       message->len);
            share->next = position + 1;
            share->heard = true;
            source->taken += message->len;
        }
        inbox_drop(&source->inbox, share);
    }
    return MILL_OK;
}

static void
look(struct kafka_source *source)
{
    if (source->inbox.waiting == 0)
        inbox_look(&source->inbox, source->records, &source->shares, on_fault,
                   source);
}

static enum mill_verdict
fill(struct kafka_source *source, struct share *share, struct mill_batch *batch)
{
    enum mill_verdict verdict = MILL_OK;
    bool fits = true;

    if (!mill_batch_set_stream(batch, share->topic, share->partition))
        return mill_fail(source->stage, MILL_RETRY, "no memory for a batch");
    /* What lies between (transactions' marks, what was compacted away) belongs
     * to what comes behind it. */
    mill_batch_set_first(batch, share->next);
    do {
        verdict = take_rows(source, share, batch, &fits);
        if (fits)
            look(source);
    } while (fits && inbox_peek(&source->inbox, share));
    nudge(source, share);
    return verdict;
}

static bool
is_at_the_end(const struct kafka_source *source)
{
    if (!source->to_the_end || !source->joined || source->given)
        return false;
    for (size_t i = 0; i < source->shares.count; i++) {
        const struct share *share = source->shares.list[i];

        if (!share->ended && share->next < share->end)
            return false;
    }
    return true;
}

/* Says once that brokers are away, and once that they are back: a record shows
 * that, or the group when it takes us in again. */
static void
tell_trouble(struct kafka_source *source, bool reading)
{
    bool away;

    if (reading)
        kafka_recovered(&source->kafka);
    away = source->kafka.error != RD_KAFKA_RESP_ERR_NO_ERROR;
    if (source->troubled && !away)
        mill_log(source->stage, MILL_INFO, "the brokers answer again");
    if (!source->troubled && away)
        mill_log(
            source->stage, MILL_WARN, "%s%s; reading goes on when that is over",
            kafka_trouble(&source->kafka), kafka_advice(source->kafka.error));
    source->troubled = away;
}

/* Waits until something is in a queue; then that is to be looked at. */
static void
wait_for_more(struct kafka_source *source)
{
    uint64_t count;

    if (!mill_wait(source->stage, source->event,
                   (struct mill_duration){ TICK_NS }))
        return;
    /* Emptied first and looked at then, so that no call is missed. */
    if (read(source->event, &count, sizeof(count)) < 0)
        return;
}

static enum mill_verdict
source_read(void *self, struct mill_stage *stage, struct mill_batch *batch)
{
    struct kafka_source *source = self;
    enum mill_verdict verdict = serve(source);
    struct share *share;

    (void)stage;
    tick(source);
    if (verdict != MILL_OK)
        return verdict;
    look(source);
    share = inbox_first(&source->inbox, &source->shares);
    tell_trouble(source, share != NULL);
    if (share)
        return fill(source, share, batch);
    if (source->verdict != MILL_OK)
        return source->verdict;
    if (is_at_the_end(source))
        return MILL_END;
    wait_for_more(source);
    return MILL_IDLE;
}

/* The sinks keep us waiting; the group wouldn't wait for us. */
static enum mill_verdict
source_blocked(void *self, struct mill_stage *stage)
{
    struct kafka_source *source = self;
    enum mill_verdict verdict = serve(source);

    (void)stage;
    tick(source);
    return verdict;
}

static enum mill_verdict
source_commit(void *self, struct mill_stage *stage, const char *stream,
              const char *partition, uint64_t position, const char *cursor)
{
    struct kafka_source *source = self;
    struct share *share = NULL;

    (void)stage;
    (void)cursor;
    for (size_t i = 0; i < source->shares.count && !share; i++)
        if (strcmp(source->shares.list[i]->topic, stream) == 0
            && strcmp(source->shares.list[i]->partition, partition) == 0)
            share = source->shares.list[i];
    if (share && position >= share->done)
        share->done = position + 1;
    return MILL_OK;
}

/* --- leaving -------------------------------------------------------------- */

static void
source_close(void *self)
{
    struct kafka_source *source = self;

    source->closing = true;
    if (source->kafka.client && source->records)
        member_leave(source);
    group_forget(source);
    if (source->records)
        rd_kafka_queue_destroy(source->records);
    if (source->answers)
        rd_kafka_queue_destroy(source->answers);
    source->records = source->answers = NULL;
    if (kafka_close(&source->kafka))
        free(source->watch);
    source->watch = NULL;
    if (source->event > 0)
        close(source->event);
    source->event = -1;
}

const struct mill_plugin mill_plugin = {
    MILL_PLUGIN_ABI,
    .kind = MILL_SOURCE,
    .name = "kafka",
    .version = "1.0",
    .summary = "Read topics as a member of a consumer group",
    .flags = MILL_REPLAYS | MILL_MOVES,
    .instance_size = sizeof(struct kafka_source),
    .options = options,
    .check = source_check,
    .open = source_open,
    .close = source_close,
    .source.read = source_read,
    .source.commit = source_commit,
    .source.blocked = source_blocked,
};
