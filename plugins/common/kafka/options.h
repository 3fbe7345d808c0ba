/* SPDX-License-Identifier: Apache-2.0 */

/*
 * options - how a cluster is reached, the same for the source and the sink
 *
 * A plugin makes struct kafka_options the first member of its instance, and
 * puts the rows that stand in option_rows.inc into its own table:
 *
 *     static const struct mill_option options[] = {
 *     #include "kafka/option_rows.inc"
 *         MILL_OPTION(struct kafka_sink, topic, ...),
 */

#ifndef COMMON_KAFKA_OPTIONS_H
#define COMMON_KAFKA_OPTIONS_H

#include <millrace/plugin.h>

struct kafka_options {
    const char *const *brokers;
    const char *security;
    const char *auth;
    const char *user;
    const char *password;
    const char *tls_ca;
    const char *tls_cert;
    const char *tls_key;
    const char *tls_key_password;
    const char *region;
    const char *access_key;
    const char *secret_key;
    const char *session_token;
    const char *profile;
    const char *const *properties;
};

/* The choices of security and auth. */
extern const char *const kafka_securities[];
extern const char *const kafka_auths[];

#endif /* COMMON_KAFKA_OPTIONS_H */
