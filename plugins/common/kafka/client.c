/* SPDX-License-Identifier: Apache-2.0 */

/* client - makes a client, listens to it, ends it */

#include "kafka/client.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

/* One step of a wait, between which the end of the run is looked for. */
#define STEP_MS 250
/* Brokers that refuse a connection are given so long to think better of it. */
#define REFUSED_MS 1000

/* --- what it says --- */

/* Of two errors, the one that says more: that all brokers are down is only the
 * sum of what was said of each. */
static bool
says_less(const struct kafka *kafka, rd_kafka_resp_err_t error)
{
    if (!kafka->error)
        return false;
    if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
        return true;
    return (kafka->error == RD_KAFKA_RESP_ERR__AUTHENTICATION
            || kafka->error == RD_KAFKA_RESP_ERR__SSL)
           && error == RD_KAFKA_RESP_ERR__TRANSPORT;
}

/* With TLS 1.3 a broker refuses a certificate only when all seems well. */
static bool
is_alert(int error, const char *reason)
{
    return error == RD_KAFKA_RESP_ERR__TRANSPORT
           && strstr(reason, "SSL alert number");
}

static void
on_error(rd_kafka_t *client, int error, const char *reason, void *opaque)
{
    struct kafka *kafka = opaque;
    char why[KAFKA_SAID];

    if (is_alert(error, reason))
        error = RD_KAFKA_RESP_ERR__SSL;
    if (error == RD_KAFKA_RESP_ERR__FATAL) {
        error = (int)rd_kafka_fatal_error(client, why, sizeof(why));
        reason = why;
        kafka->fatal = true;
    } else if (kafka->fatal || says_less(kafka, (rd_kafka_resp_err_t)error))
        return;
    kafka->error = (rd_kafka_resp_err_t)error;
    snprintf(kafka->said, sizeof(kafka->said), "%s", reason);
}

/* That it tries again to get a producer's number is no news. */
static enum mill_level
level_of(int level, const char *facility)
{
    if (level <= LOG_CRIT)
        return MILL_ERROR;
    return level <= LOG_WARNING && strcmp(facility, "GETPID") != 0 ? MILL_WARN
                                                                   : MILL_DEBUG;
}

/* True for lines that tell what on_error() is told too, or could tell what is
 * nobody's business. */
static bool
is_left_out(const struct kafka *kafka, const char *facility, const char *text)
{
    const char *password = kafka->options->password;
    const char *key = kafka->options->tls_key_password;

    return strcmp(facility, "FAIL") == 0 || strcmp(facility, "ERROR") == 0
           || (password && *password && strstr(text, password))
           || (key && *key && strstr(text, key));
}

static void
on_log(const rd_kafka_t *client, int level, const char *facility,
       const char *text)
{
    struct kafka *kafka = rd_kafka_opaque(client);

    if (!is_left_out(kafka, facility, text))
        mill_log(kafka->stage, level_of(level, facility), "librdkafka: %s: %s",
                 facility, text);
}

const char *
kafka_trouble(const struct kafka *kafka)
{
    return kafka->error ? kafka->said : "no answer, and no reason is known";
}

void
kafka_recovered(struct kafka *kafka)
{
    kafka->reached = true;
    if (kafka->fatal)
        return;
    kafka->error = RD_KAFKA_RESP_ERR_NO_ERROR;
    kafka->said[0] = '\0';
}

/* --- from open to close --- */

static enum mill_verdict
make_client(struct kafka *kafka, rd_kafka_type_t type, rd_kafka_conf_t *conf)
{
    char why[KAFKA_SAID];

    rd_kafka_conf_set_opaque(conf, kafka);
    rd_kafka_conf_set_error_cb(conf, on_error);
    rd_kafka_conf_set_log_cb(conf, on_log);
    kafka->client = rd_kafka_new(type, conf, why, sizeof(why));
    if (!kafka->client)
        return mill_fail(kafka->stage, MILL_FATAL,
                         "librdkafka does not take these options: %s%s", why,
                         strstr(why, "ssl.")
                             ? "; check that the files of tls_ca, tls_cert and "
                               "tls_key are there and can be read"
                             : "");
    rd_kafka_set_log_queue(kafka->client, NULL);
    return MILL_OK;
}

enum mill_verdict
kafka_open(struct kafka *kafka, const struct kafka_options *options,
           struct mill_stage *stage, rd_kafka_type_t type,
           rd_kafka_conf_t *conf, void *self)
{
    enum mill_verdict verdict = MILL_OK;

    *kafka = (struct kafka){ .stage = stage,
                             .options = options,
                             .self = self,
                             .reached = kafka->reached };
    if (kafka_is_iam(options))
        verdict = kafka_token_open(&kafka->token, options, stage, conf);
    if (verdict == MILL_OK)
        verdict = make_client(kafka, type, conf);
    if (verdict != MILL_OK) {
        rd_kafka_conf_destroy(conf);
        kafka_close(kafka);
    } else if (kafka->token)
        kafka_token_start(kafka->token, kafka->client);
    return verdict;
}

void
kafka_poll(struct kafka *kafka, int wait_ms)
{
    rd_kafka_poll(kafka->client, wait_ms);
}

static void *
destroy(void *client)
{
    rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    return NULL;
}

/* librdkafka waits for answers that no broker will give for as long as the
 * group's session lasts (45 s), or a request (60 s), and can't be told not to:
 * so that a stop needn't, a thread waits in our place. */
static bool
destroy_aside(rd_kafka_t *client)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, destroy, client) != 0)
        return false;
    pthread_detach(thread);
    return true;
}

bool
kafka_close(struct kafka *kafka)
{
    rd_kafka_t *client = kafka->client;
    bool keep = kafka->keep;
    bool aside = kafka->stuck && !kafka->token;
    bool gone = true;

    kafka->client = NULL;
    if (kafka->token)
        kafka_token_stop(kafka->token);
    if (client && rd_kafka_type(client) == RD_KAFKA_PRODUCER)
        rd_kafka_purge(client,
                       RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    if (client) {
        gone = !keep && !(aside && destroy_aside(client));
        if (gone)
            destroy(client);
    }
    if (!keep)
        kafka_token_close(kafka->token);
    kafka->stuck = kafka->keep = false;
    kafka->token = NULL;
    return gone;
}

/* --- the first answer --- */

/* What waiting won't mend, where no broker ever took us.  A broker that goes
 * away within a handshake isn't that. */
static bool
is_decided(const struct kafka *kafka)
{
    if (kafka->reached)
        return false;
    if (kafka->error == RD_KAFKA_RESP_ERR__SSL)
        return !strstr(kafka->said, "isconnected")
               && !strstr(kafka->said, "unexpected eof");
    return kafka->error == RD_KAFKA_RESP_ERR__AUTHENTICATION
           && !strstr(kafka->said, "acquire SASL OAUTHBEARER token");
}

static enum mill_verdict
not_connected(struct kafka *kafka)
{
    if (is_decided(kafka))
        return mill_fail(kafka->stage, MILL_FATAL,
                         "the broker refuses us: %s%s", kafka->said,
                         kafka_advice(kafka->error));
    return mill_fail(kafka->stage, MILL_RETRY, "no broker answers: %s%s",
                     kafka_trouble(kafka), kafka_advice(kafka->error));
}

enum mill_verdict
kafka_connect(struct kafka *kafka, int limit_ms)
{
    for (int waited = 0; waited < limit_ms && !kafka->fatal;
         waited += STEP_MS) {
        const struct rd_kafka_metadata *metadata;
        rd_kafka_resp_err_t error =
            rd_kafka_metadata(kafka->client, 0, NULL, &metadata, STEP_MS);

        if (!error) {
            rd_kafka_metadata_destroy(metadata);
            kafka_recovered(kafka);
            return MILL_OK;
        }
        kafka_poll(kafka, 0);
        if (is_decided(kafka) || mill_stopping(kafka->stage)
            || (kafka->error && waited >= REFUSED_MS))
            break;
    }
    return not_connected(kafka);
}

enum mill_verdict
kafka_fail(struct kafka *kafka, rd_kafka_resp_err_t error, const char *reason,
           const char *what)
{
    enum mill_verdict verdict = kafka_verdict(error, kafka->reached);
    const char *why = kafka->error ? kafka->said : NULL;

    /* A call that timed out knows less than what the brokers had to say. */
    if (why && verdict == MILL_RETRY)
        return mill_fail(kafka->stage, verdict, "cannot %s: %s; %s%s", what,
                         reason, why, kafka_advice(kafka->error));
    return mill_fail(kafka->stage, verdict, "cannot %s: %s%s", what, reason,
                     kafka_advice(error));
}
