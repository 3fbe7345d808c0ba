/* SPDX-License-Identifier: Apache-2.0 */

/* row - from a record of Kafka's to a row of a batch */

#ifndef KAFKA_ROW_H
#define KAFKA_ROW_H

#include <librdkafka/rdkafka.h>
#include <millrace/plugin.h>

struct row_rule {
    enum mill_format format; /* of the values */
    bool skip_null;          /* records without a value are left out */
};

/* Appends MESSAGE to BATCH: its value as payload, its key beside it.  What
 * can't be a row is rejected there, or filtered where the rule says so.  False:
 * no memory; nothing was appended. */
bool row_add(const struct row_rule *rule, struct mill_stage *stage,
             struct mill_batch *batch, const rd_kafka_message_t *message);

/* Makes JSON of several lines one of one line, in place: between two values a
 * line break is a blank.  False: there is one within a text, where JSON has
 * none. */
bool row_join_lines(char *json, size_t len);

#endif /* KAFKA_ROW_H */
