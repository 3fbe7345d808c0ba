/* SPDX-License-Identifier: Apache-2.0 */

/*
 * conf - from options to librdkafka's configuration
 *
 * Properties come in this order, the later winning: the plugin's (struct
 * kafka_property), what the shared options say, what `properties` says.  A
 * property that the operator must not set there is refused, with what to use
 * instead.
 */

#ifndef COMMON_KAFKA_CONF_H
#define COMMON_KAFKA_CONF_H

#include <librdkafka/rdkafka.h>

#include "kafka/options.h"

/* A property that the plugin sets itself, whatever the options say. */
struct kafka_property {
    const char *name;    /* "enable.auto.commit"; NULL ends a table */
    const char *value;   /* what it is set to; NULL: it is set elsewhere */
    const char *instead; /* refused in `properties`, and why or what to use:
                          * "use the option compression"; NULL: only a default,
                          * which `properties` may change */
};

/* Everything that can be known of the options without a connection.  OWN: the
 * plugin's properties.  FATAL: mill_fail() was called. */
enum mill_verdict kafka_check(const struct kafka_options *options,
                              struct mill_stage *stage,
                              const struct kafka_property *own);

/* A configuration of the options, without callbacks: kafka_open() sets those.
 * The caller's.  NULL: mill_fail() was called, FATAL. */
rd_kafka_conf_t *kafka_conf(const struct kafka_options *options,
                            struct mill_stage *stage,
                            const struct kafka_property *own);

/* Sets one property, as from an option called NAME_HERE. */
bool kafka_conf_set(rd_kafka_conf_t *conf, struct mill_stage *stage,
                    const char *name, const char *value, const char *name_here);

/* What is wrong with the name of a topic: static text; NULL: nothing. */
const char *kafka_topic_fault(const char *name);

/* True where the options log in as AWS IAM has it. */
bool kafka_is_iam(const struct kafka_options *options);

#endif /* COMMON_KAFKA_CONF_H */
