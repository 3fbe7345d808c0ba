/* SPDX-License-Identifier: Apache-2.0 */

/* nearest - by how many letters have to change */

#include "kafka/nearest.h"

#include <stdio.h>
#include <string.h>

/* More wrong letters than that and it was another name. */
#define WRONG_MAX 3

static size_t
least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many letters have to be put in, left out or changed to make A of B; both
 * shorter than NEAREST_ROOM. */
static size_t
distance(const char *a, const char *b)
{
    size_t len = strlen(b);
    size_t row[NEAREST_ROOM];

    for (size_t i = 0; i <= len; i++)
        row[i] = i;
    for (size_t k = 0; a[k]; k++) {
        size_t corner = row[0];

        row[0] = k + 1;
        for (size_t i = 0; i < len; i++) {
            size_t changed = corner + (a[k] != b[i]);

            corner = row[i + 1];
            row[i + 1] = least(changed, least(row[i], corner) + 1);
        }
    }
    return row[len];
}

/* Names and values by turns, as librdkafka dumps them. */
static size_t
look(const char **dump, size_t count, const char *name, size_t best,
     char nearest[NEAREST_ROOM])
{
    for (size_t i = 0; i + 1 < count; i += 2) {
        size_t wrong;

        if (strlen(dump[i]) >= NEAREST_ROOM)
            continue;
        wrong = distance(dump[i], name);
        if (wrong >= best)
            continue;
        best = wrong;
        snprintf(nearest, NEAREST_ROOM, "%s", dump[i]);
    }
    return best;
}

bool
nearest_property(const rd_kafka_conf_t *conf, const char *name,
                 char nearest[NEAREST_ROOM])
{
    rd_kafka_conf_t *global = rd_kafka_conf_dup(conf);
    rd_kafka_topic_conf_t *topic = rd_kafka_topic_conf_new();
    size_t best = WRONG_MAX + 1;
    size_t count;
    const char **dump;

    if (strlen(name) < NEAREST_ROOM) {
        dump = rd_kafka_conf_dump(global, &count);
        best = look(dump, count, name, best, nearest);
        rd_kafka_conf_dump_free(dump, count);
        dump = rd_kafka_topic_conf_dump(topic, &count);
        best = look(dump, count, name, best, nearest);
        rd_kafka_conf_dump_free(dump, count);
    }
    rd_kafka_topic_conf_destroy(topic);
    rd_kafka_conf_destroy(global);
    return best <= WRONG_MAX;
}
