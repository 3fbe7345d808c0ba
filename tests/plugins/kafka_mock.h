/* SPDX-License-Identifier: Apache-2.0 */

/* kafka_mock - librdkafka's own mock of a cluster, which answers with the
 * errors that a test asks for */

#ifndef TESTS_KAFKA_MOCK_H
#define TESTS_KAFKA_MOCK_H

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h> /* behind rdkafka.h */

struct kafka_mock {
    rd_kafka_t *client; /* whom it lives in */
    rd_kafka_mock_cluster_t *cluster;
};

/* One broker with the topic "t" of one partition. */
void kafka_mock_start(struct kafka_mock *mock);
void kafka_mock_stop(struct kafka_mock *mock);

#endif /* TESTS_KAFKA_MOCK_H */
