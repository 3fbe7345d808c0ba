/* SPDX-License-Identifier: Apache-2.0 */

/* conf - checks the options, and sets what they ask of librdkafka */

#include "kafka/conf.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "kafka/nearest.h"
#include "kafka/token.h"

#define ERROR_ROOM 512

const char *const kafka_securities[] = {
    "auto", "plaintext", "ssl", "sasl_plaintext", "sasl_ssl", NULL,
};
const char *const kafka_auths[] = {
    "none", "plain", "scram-sha-256", "scram-sha-512", "aws-iam", NULL,
};

/* What has an option here, and what is ours: librdkafka's callbacks can't be
 * given as text, and its log goes through the core. */
static const struct kafka_property shared[] = {
    { "bootstrap.servers", NULL, "use the option brokers" },
    { "metadata.broker.list", NULL, "use the option brokers" },
    { "security.protocol", NULL, "use the option security" },
    { "sasl.mechanism", NULL, "use the option auth" },
    { "sasl.mechanisms", NULL, "use the option auth" },
    { "sasl.username", NULL, "use the option user" },
    { "sasl.password", NULL, "use the option password" },
    { "ssl.ca.location", NULL, "use the option tls_ca" },
    { "ssl.certificate.location", NULL, "use the option tls_cert" },
    { "ssl.key.location", NULL, "use the option tls_key" },
    { "ssl.key.password", NULL, "use the option tls_key_password" },
    { "opaque", NULL, "it is the plugin's own" },
    { "log.queue", "true", "the log is the core's" },
    { "log_level", NULL, "use millrace run --log-level" },
    { "log.thread.name", "false", NULL },
    { "client.id", "millrace", NULL },
    /* As Kafka's own client has it; with librdkafka's 10 s a stop within such a
     * pause would come to its end without its last commit. */
    { "reconnect.backoff.max.ms", "1000", NULL },
    { NULL, NULL, NULL },
};

bool
kafka_is_iam(const struct kafka_options *options)
{
    return strcmp(options->auth, "aws-iam") == 0;
}

static bool
has_auth(const struct kafka_options *options)
{
    return strcmp(options->auth, "none") != 0;
}

static bool
has_tls_option(const struct kafka_options *options)
{
    return options->tls_ca || options->tls_cert || options->tls_key
           || options->tls_key_password;
}

/* The protocol that is spoken. */
static const char *
protocol(const struct kafka_options *options)
{
    if (strcmp(options->security, "auto") != 0)
        return options->security;
    if (has_auth(options))
        return "sasl_ssl"; /* a password isn't sent in the clear unasked */
    return has_tls_option(options) ? "ssl" : "plaintext";
}

/* --- checks --- */

/* The port behind the last colon, where the colon isn't part of an IPv6
 * address. */
static const char *
broker_fault(const char *broker, size_t len)
{
    const char *colon = memrchr(broker, ':', len);
    char *end;
    long port;

    if (len == 0)
        return "a name is empty";
    if (memmem(broker, len, "//", 2))
        return "it is host:port, without a scheme; TLS is asked for with the "
               "option security";
    for (size_t i = 0; i < len; i++)
        if (isspace((unsigned char)broker[i]))
            return "there is a blank in it";
    if (!colon || memchr(colon, ']', len - (size_t)(colon - broker)))
        return NULL; /* 9092 then */
    port = strtol(colon + 1, &end, 10);
    if (end != broker + len || port < 1 || port > 65535 || colon == broker)
        return "it is host:port, with a port from 1 to 65535";
    return NULL;
}

static enum mill_verdict
check_brokers(const struct kafka_options *options, struct mill_stage *stage)
{
    if (!options->brokers[0])
        return mill_fail(stage, MILL_FATAL,
                         "brokers: none is named, such as \"127.0.0.1:9092\"");
    for (size_t i = 0; options->brokers[i]; i++) {
        const char *at = options->brokers[i];

        for (bool more = true; more;) {
            size_t len = strcspn(at, ",");
            const char *fault = broker_fault(at, len);

            if (fault)
                return mill_fail(stage, MILL_FATAL, "brokers: \"%.*s\": %s",
                                 (int)len, at, fault);
            more = at[len] == ',';
            at += len + 1;
        }
    }
    return MILL_OK;
}

static enum mill_verdict
check_auth(const struct kafka_options *options, struct mill_stage *stage)
{
    bool iam = kafka_is_iam(options);
    bool by_password = has_auth(options) && !iam;
    bool sasl = strncmp(protocol(options), "sasl", 4) == 0;

    if (sasl != has_auth(options))
        return mill_fail(
            stage, MILL_FATAL, "security: %s %s auth; set both or neither",
            options->security, sasl ? "needs an" : "does not go with an");
    if (by_password && (!options->user || !options->password))
        return mill_fail(stage, MILL_FATAL,
                         "auth: %s needs the options user and password",
                         options->auth);
    if (!by_password && (options->user || options->password))
        return mill_fail(stage, MILL_FATAL,
                         "user and password are of no use with auth = \"%s\"",
                         options->auth);
    if (iam && strcmp(protocol(options), "sasl_ssl") != 0)
        return mill_fail(stage, MILL_FATAL,
                         "auth: aws-iam needs security = \"sasl_ssl\"");
    return MILL_OK;
}

static enum mill_verdict
check_aws(const struct kafka_options *options, struct mill_stage *stage)
{
    const char *why;

    if (!kafka_is_iam(options)) {
        if (options->region || options->access_key || options->secret_key
            || options->session_token || options->profile)
            return mill_fail(stage, MILL_FATAL,
                             "region, access_key, secret_key, session_token "
                             "and profile are of no use without auth = "
                             "\"aws-iam\"");
        return MILL_OK;
    }
    if (!kafka_token_supported(&why))
        return mill_fail(stage, MILL_FATAL, "auth: %s", why);
    if (!options->access_key != !options->secret_key)
        return mill_fail(stage, MILL_FATAL,
                         "access_key and secret_key go together");
    if (options->session_token && !options->access_key)
        return mill_fail(stage, MILL_FATAL,
                         "session_token is of no use without access_key");
    if (options->profile && options->access_key)
        return mill_fail(stage, MILL_FATAL,
                         "profile and access_key exclude each other");
    return MILL_OK;
}

static enum mill_verdict
check_tls(const struct kafka_options *options, struct mill_stage *stage)
{
    const char *spoken = protocol(options);
    bool tls = strcmp(spoken, "ssl") == 0 || strcmp(spoken, "sasl_ssl") == 0;

    if (!tls && has_tls_option(options))
        return mill_fail(stage, MILL_FATAL,
                         "the tls_ options are of no use with security = "
                         "\"%s\"",
                         options->security);
    if (!options->tls_cert != !options->tls_key)
        return mill_fail(stage, MILL_FATAL,
                         "tls_cert and tls_key go together: a certificate and "
                         "the key to it");
    if (options->tls_key_password && !options->tls_key)
        return mill_fail(stage, MILL_FATAL,
                         "tls_key_password is of no use without tls_key");
    return MILL_OK;
}

const char *
kafka_topic_fault(const char *name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    size_t len = strlen(name);

    if (len == 0)
        return "the name is empty";
    if (len > 249)
        return "a topic's name has at most 249 characters";
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return "no topic can have that name";
    if (name[strspn(name, allowed)])
        return "a topic's name is made of letters, digits, \".\", \"_\" and "
               "\"-\"";
    return NULL;
}

/* --- setting --- */

static const struct kafka_property *
find(const struct kafka_property *table, const char *name, size_t len)
{
    for (; table->name; table++)
        if (strlen(table->name) == len && strncmp(table->name, name, len) == 0)
            return table;
    return NULL;
}

/* Its value may not be shown, and librdkafka's messages quote values. */
static bool
is_secret(const char *name)
{
    return strstr(name, "password") || strstr(name, "secret")
           || strstr(name, ".pem") || strstr(name, "oauthbearer");
}

bool
kafka_conf_set(rd_kafka_conf_t *conf, struct mill_stage *stage,
               const char *name, const char *value, const char *name_here)
{
    char why[ERROR_ROOM] = "";
    rd_kafka_conf_res_t result =
        rd_kafka_conf_set(conf, name, value, why, sizeof(why));

    if (result == RD_KAFKA_CONF_OK)
        return true;
    if (result == RD_KAFKA_CONF_UNKNOWN) {
        char nearest[NEAREST_ROOM];
        bool near = nearest_property(name, nearest);

        mill_fail(stage, MILL_FATAL,
                  "%s: librdkafka has no property \"%s\"%s%s%s", name_here,
                  name, near ? " (did you mean \"" : "", near ? nearest : "",
                  near ? "\"?)" : "");
        return false;
    }
    if (is_secret(name))
        mill_fail(stage, MILL_FATAL,
                  "%s: %s: its value isn't what librdkafka takes", name_here,
                  name);
    else
        mill_fail(stage, MILL_FATAL, "%s: %s = \"%s\": %s", name_here, name,
                  value, why);
    return false;
}

static bool
set_property(rd_kafka_conf_t *conf, struct mill_stage *stage, const char *text,
             const struct kafka_property *own)
{
    const char *equals = strchr(text, '=');
    size_t len = equals ? (size_t)(equals - text) : strlen(text);
    const struct kafka_property *taken = find(own, text, len);
    char name[128];

    if (!equals || len == 0 || len >= sizeof(name)) {
        mill_fail(stage, MILL_FATAL,
                  "properties: \"%.*s\" isn't \"name=value\"", (int)len, text);
        return false;
    }
    if (!taken)
        taken = find(shared, text, len);
    if (taken && taken->instead) {
        mill_fail(stage, MILL_FATAL, "properties: %s can't be set here: %s",
                  taken->name, taken->instead);
        return false;
    }
    memcpy(name, text, len);
    name[len] = '\0';
    return kafka_conf_set(conf, stage, name, equals + 1, "properties");
}

static bool
set_table(rd_kafka_conf_t *conf, struct mill_stage *stage,
          const struct kafka_property *table)
{
    for (; table->name; table++)
        if (table->value
            && !kafka_conf_set(conf, stage, table->name, table->value,
                               "librdkafka"))
            return false;
    return true;
}

static bool
set_brokers(const struct kafka_options *options, rd_kafka_conf_t *conf,
            struct mill_stage *stage)
{
    struct mill_buffer list = { 0 };
    bool set;

    for (size_t i = 0; options->brokers[i]; i++)
        mill_buffer_print(&list, "%s%s", i ? "," : "", options->brokers[i]);
    set = kafka_conf_set(conf, stage, "bootstrap.servers",
                         mill_buffer_text(&list), "brokers");
    mill_buffer_finish(&list);
    return set;
}

static const char *
mechanism(const struct kafka_options *options)
{
    if (kafka_is_iam(options))
        return "OAUTHBEARER";
    if (strcmp(options->auth, "plain") == 0)
        return "PLAIN";
    return strcmp(options->auth, "scram-sha-256") == 0 ? "SCRAM-SHA-256"
                                                       : "SCRAM-SHA-512";
}

static bool
set_given(rd_kafka_conf_t *conf, struct mill_stage *stage, const char *property,
          const char *value, const char *option)
{
    return !value || kafka_conf_set(conf, stage, property, value, option);
}

static bool
set_options(const struct kafka_options *options, rd_kafka_conf_t *conf,
            struct mill_stage *stage)
{
    const char *sasl = has_auth(options) ? mechanism(options) : NULL;
    /* MSK limits how many new connections may log in within a second. */
    const char *backoff = kafka_is_iam(options) ? "1000" : NULL;

    return set_brokers(options, conf, stage)
           && set_given(conf, stage, "security.protocol", protocol(options),
                        "security")
           && set_given(conf, stage, "sasl.mechanisms", sasl, "auth")
           && set_given(conf, stage, "reconnect.backoff.ms", backoff, "auth")
           && set_given(conf, stage, "sasl.username", options->user, "user")
           && set_given(conf, stage, "sasl.password", options->password,
                        "password")
           && set_given(conf, stage, "ssl.ca.location", options->tls_ca,
                        "tls_ca")
           && set_given(conf, stage, "ssl.certificate.location",
                        options->tls_cert, "tls_cert")
           && set_given(conf, stage, "ssl.key.location", options->tls_key,
                        "tls_key")
           && set_given(conf, stage, "ssl.key.password",
                        options->tls_key_password, "tls_key_password");
}

rd_kafka_conf_t *
kafka_conf(const struct kafka_options *options, struct mill_stage *stage,
           const struct kafka_property *own)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    bool set = set_table(conf, stage, shared) && set_table(conf, stage, own)
               && set_options(options, conf, stage);

    for (size_t i = 0; set && options->properties[i]; i++)
        set = set_property(conf, stage, options->properties[i], own);
    if (set)
        return conf;
    rd_kafka_conf_destroy(conf);
    return NULL;
}

enum mill_verdict
kafka_check(const struct kafka_options *options, struct mill_stage *stage,
            const struct kafka_property *own)
{
    enum mill_verdict verdict = check_brokers(options, stage);
    rd_kafka_conf_t *conf;

    if (verdict == MILL_OK)
        verdict = check_auth(options, stage);
    if (verdict == MILL_OK)
        verdict = check_aws(options, stage);
    if (verdict == MILL_OK)
        verdict = check_tls(options, stage);
    if (verdict != MILL_OK)
        return verdict;
    conf = kafka_conf(options, stage, own);
    if (!conf)
        return MILL_FATAL;
    rd_kafka_conf_destroy(conf);
    return MILL_OK;
}
