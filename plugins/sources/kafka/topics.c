/* SPDX-License-Identifier: Apache-2.0 */

/*
 * topics - names of topics, and regular expressions for them
 *
 * librdkafka takes for an expression what begins with ^.  So do we, and also
 * what can't be a topic's name: `<user>.*`, as Kafka Connect's topics.regex
 * spells it, means the same here, the whole name.
 */

#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "kafka.h"

static bool
is_pattern(const char *topic)
{
    return topic[0] == '^' || (topic[0] && kafka_topic_fault(topic));
}

/* As librdkafka wants it; the caller frees it.  NULL: no memory. */
static char *
pattern_of(const char *topic)
{
    struct mill_buffer text = { 0 };
    char *copy;

    if (topic[0] == '^')
        return strdup(topic);
    mill_buffer_print(&text, "^(%s)$", topic);
    copy = text.failed ? NULL : strdup(mill_buffer_text(&text));
    mill_buffer_finish(&text);
    return copy;
}

static enum mill_verdict
check_pattern(const char *topic, struct mill_stage *stage)
{
    char *pattern = pattern_of(topic);
    regex_t compiled;
    char why[128];

    if (!pattern)
        return mill_fail(stage, MILL_FATAL, "no memory for `topics`");

    int fault = regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB);

    free(pattern);
    if (fault == 0) {
        regfree(&compiled);
        return MILL_OK;
    }
    regerror(fault, NULL, why, sizeof(why));
    return mill_fail(stage, MILL_FATAL,
                     "topics: \"%s\" is no topic's name and no regular "
                     "expression: %s",
                     topic, why);
}

enum mill_verdict
topics_check(const char *const *topics, struct mill_stage *stage)
{
    enum mill_verdict verdict = MILL_OK;

    if (!topics[0])
        return mill_fail(stage, MILL_FATAL,
                         "topics: none is named, such as \"pins\" or "
                         "\"^shop[.].*\"");
    for (size_t i = 0; topics[i] && verdict == MILL_OK; i++) {
        if (!topics[i][0])
            return mill_fail(stage, MILL_FATAL, "topics: a name is empty");
        if (is_pattern(topics[i]))
            verdict = check_pattern(topics[i], stage);
    }
    return verdict;
}

bool
topics_have_pattern(const char *const *topics)
{
    for (size_t i = 0; topics[i]; i++)
        if (is_pattern(topics[i]))
            return true;
    return false;
}

rd_kafka_topic_partition_list_t *
topics_list(const char *const *topics)
{
    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new(4);

    for (size_t i = 0; topics[i]; i++) {
        char *name =
            is_pattern(topics[i]) ? pattern_of(topics[i]) : strdup(topics[i]);

        if (!name) {
            rd_kafka_topic_partition_list_destroy(list);
            return NULL;
        }
        rd_kafka_topic_partition_list_add(list, name, RD_KAFKA_PARTITION_UA);
        free(name);
    }
    return list;
}
