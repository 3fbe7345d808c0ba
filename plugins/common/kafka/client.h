/* SPDX-License-Identifier: Apache-2.0 */

/*
 * client - one librdkafka client and what it last said about its brokers
 *
 * librdkafka speaks up in its own time: in error and log callbacks, which come
 * while kafka_poll() (or a poll of the plugin's own) runs.  What they said is
 * kept here, so that a later verdict can say why: "no broker answers:
 * 127.0.0.1:9092: Connection refused".
 *
 * A client belongs to one thread at a time, like the instance that it is in.
 */

#ifndef COMMON_KAFKA_CLIENT_H
#define COMMON_KAFKA_CLIENT_H

#include <librdkafka/rdkafka.h>

#include "kafka/conf.h"
#include "kafka/token.h"

#define KAFKA_SAID 512

/* Zeroed memory is a client that isn't there. */
struct kafka {
    rd_kafka_t *client; /* NULL: not open */
    struct mill_stage *stage;
    const struct kafka_options *options;
    struct kafka_token *token; /* aws-iam's; or NULL */
    void *self;                /* the plugin's, for its callbacks */
    bool reached;              /* a broker has answered */
    rd_kafka_resp_err_t error; /* the last that counts; 0: none */
    char said[KAFKA_SAID];     /* what was said with it */
    bool fatal;                /* the client is of no more use: open anew */
    bool stuck;                /* its end would have to wait for brokers */
    bool keep;                 /* it can't be ended without harm */
};

/*
 * Makes the client; CONF is the client's, also where it fails.  In CONF the
 * opaque, the error and log callbacks and, for aws-iam, the token's are set
 * here; the opaque of every callback is KAFKA.  Doesn't wait for a broker.
 * RETRY, FATAL: mill_fail() was called.
 */
enum mill_verdict kafka_open(struct kafka *kafka,
                             const struct kafka_options *options,
                             struct mill_stage *stage, rd_kafka_type_t type,
                             rd_kafka_conf_t *conf, void *self);

/*
 * Waits for a broker's answer, LIMIT_MS at most.  RETRY: there was none; FATAL:
 * a broker refused us (a password, a certificate), which waiting won't mend.
 * mill_fail() was called with what, which broker, and what to do.
 */
enum mill_verdict kafka_connect(struct kafka *kafka, int limit_ms);

/* Serves callbacks, and waits WAIT_MS for some. */
void kafka_poll(struct kafka *kafka, int wait_ms);

/* What is known of why nothing goes on: "127.0.0.1:9092: Connection refused;
 * ...", or that nothing is known.  The client's, until the next poll. */
const char *kafka_trouble(const struct kafka *kafka);

/* An answer came: trouble is over. */
void kafka_recovered(struct kafka *kafka);

/*
 * Ends a client, with all that is queued in it.  Doesn't wait for brokers: a
 * client that is `stuck` ends in a thread of its own, when what it waits for
 * has timed out, or with the process.  It calls none of the callbacks that are
 * set here then; one with a token would, and is waited for after all.  One to
 * `keep` stays as it is until the process ends.  True: it is gone, with its
 * threads; false: interceptors of the plugin may still be called.
 */
bool kafka_close(struct kafka *kafka);

/* mill_fail() for an error of a call: "cannot WHAT: REASON; what to do", with
 * the verdict that kafka_verdict() has. */
enum mill_verdict kafka_fail(struct kafka *kafka, rd_kafka_resp_err_t error,
                             const char *reason, const char *what);

/* RETRY: it may work later; REJECT: this message never will; FATAL: neither
 * will anything else.  REACHED: a broker answered before, so that what looks
 * like a wrong setting is rather a cluster in trouble. */
enum mill_verdict kafka_verdict(rd_kafka_resp_err_t error, bool reached);

/* What an operator can do about it: "; check ...", or "". */
const char *kafka_advice(rd_kafka_resp_err_t error);

#endif /* COMMON_KAFKA_CLIENT_H */
