/* SPDX-License-Identifier: Apache-2.0 */

/* kafka_mock - see kafka_mock.h */

#include "kafka_mock.h"

#include <check.h>

void
kafka_mock_start(struct kafka_mock *mock)
{
    char why[200];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();

    rd_kafka_conf_set(conf, "log_level", "0", why, sizeof(why));
    mock->client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
    ck_assert_ptr_nonnull(mock->client);
    mock->cluster = rd_kafka_mock_cluster_new(mock->client, 1);
    ck_assert_int_eq(rd_kafka_mock_topic_create(mock->cluster, "t", 1, 1), 0);
}

void
kafka_mock_stop(struct kafka_mock *mock)
{
    rd_kafka_mock_cluster_destroy(mock->cluster);
    rd_kafka_destroy(mock->client);
}
