/* SPDX-License-Identifier: Apache-2.0 */

/* kafka - what the parts of the source `kafka` share */

#ifndef KAFKA_KAFKA_H
#define KAFKA_KAFKA_H

#include <stdatomic.h>

#include <millrace/plugin.h>

#include "inbox.h"
#include "kafka/client.h"
#include "row.h"
#include "share.h"

/* How long one question to a broker may take; it is asked again. */
#define ASK_MS 2000

/* What librdkafka's own threads tell us.  A client that goes on when it was
 * closed keeps it; see kafka_close(). */
struct watch {
    _Atomic int64_t agreeing_ns; /* since when the group agrees anew; 0: it
                                  * doesn't */
    atomic_bool answered;        /* that we want to join */
};

struct kafka_source {
    struct kafka_options options; /* first: see options.h */
    const char *const *topics;
    const char *group;
    const char *instance_id;
    const char *start;
    const char *format;
    const char *on_null;
    const char *isolation;
    const char *until;
    struct mill_duration handover;

    struct mill_stage *stage;
    struct kafka kafka;
    struct row_rule rule;
    bool from_earliest;
    bool to_the_end; /* until = "end" */

    int event;                 /* an eventfd: some queue has something */
    rd_kafka_queue_t *records; /* of all our partitions */
    rd_kafka_queue_t *answers; /* to commits */
    struct shares shares;
    struct inbox inbox;

    rd_kafka_queue_t **left; /* of partitions that aren't ours any more */
    size_t left_count;

    /* What the group gave us, and we didn't take over yet; or NULL. */
    rd_kafka_topic_partition_list_t *given;
    bool assigned; /* it gave us something, be it nothing */
    bool joined;   /* and we took it over */
    bool closing;
    char missing[KAFKA_SAID]; /* which topic isn't there, as long as none is */

    struct watch *watch;
    bool committing;           /* one commit is under way */
    int64_t commit_after_ns;   /* after one that failed: not before */
    char refused[KAFKA_SAID];  /* which right it lacks, where commits never
                                * will work */
    enum mill_verdict verdict; /* of what librdkafka told in a callback */
    size_t taken;              /* bytes, since librdkafka was nudged */
    bool troubled;             /* that brokers are away was told */
    int64_t lag_at_ns;         /* when the lag was looked at */
};

/* --- member.c: becoming a member of the group, and ceasing to be one -------
 */

/* What can be known of the shared options without a connection. */
enum mill_verdict member_check(struct kafka_source *source,
                               struct mill_stage *stage);

/* Makes the client, and asks the group to take us. */
enum mill_verdict member_enter(struct kafka_source *source);

/* Commits what is due, and tells the group that we go, so that it needn't wait
 * for us to be missed.  Where brokers are away it ends all the same, and the
 * client is stuck. */
void member_leave(struct kafka_source *source);

/* --- commits.c: offsets that the group keeps ------------------------------ */

/* Before the client is made of CONF.  False: no memory. */
bool commits_watch(struct kafka_source *source, rd_kafka_conf_t *conf);

/* Starts a commit of all that is due, unless one is under way or the group is
 * agreeing. */
void commits_send(struct kafka_source *source);

/* Sees to the answers that are there. */
void commits_serve(struct kafka_source *source);

/* Commits all that is due and waits for the answer, until UNTIL_NS at most.
 * False: not all of it is committed; `refused` may say why. */
bool commits_finish(struct kafka_source *source, int64_t until_ns);

/* --- group.c: partitions that come and go --------------------------------- */

/* The callback of librdkafka's: what the group gives is kept for group_take(),
 * what it wants back is given before this returns. */
void group_rebalance(rd_kafka_t *client, rd_kafka_resp_err_t error,
                     rd_kafka_topic_partition_list_t *list, void *opaque);

/* Takes over what the group has given: finds out where to go on, and begins.
 * RETRY: asked again, nothing was begun. */
enum mill_verdict group_take(struct kafka_source *source);

/* Goes on elsewhere where Kafka has nothing at an offset (any more). */
enum mill_verdict group_mend(struct kafka_source *source);

/* Has the records of partitions that were never heard of come to us, and what
 * is left of those that went; from time to time. */
void group_listen(struct kafka_source *source);

/* Forgets all without a word to anybody. */
void group_forget(struct kafka_source *source);

/* --- topics.c: which topics are meant ------------------------------------- */

/* Finds fault with the option: FATAL, mill_fail() was called. */
enum mill_verdict topics_check(const char *const *topics,
                               struct mill_stage *stage);

bool topics_have_pattern(const char *const *topics);

/* What to subscribe to.  NULL: no memory. */
rd_kafka_topic_partition_list_t *topics_list(const char *const *topics);

#endif /* KAFKA_KAFKA_H */
