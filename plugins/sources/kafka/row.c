/* SPDX-License-Identifier: Apache-2.0 */

/* row - see row.h */

#include "row.h"

#include <string.h>

/* How much of an oversized value its dead letter shows. */
#define HEAD ((size_t)64 * 1024)

/* How much of a key a reason shows. */
#define KEY_SHOWN 64

bool
row_join_lines(char *json, size_t len)
{
    bool quoted = false;

    for (size_t i = 0; i < len; i++) {
        char c = json[i];

        if (quoted && c == '\\')
            i++; /* a quote behind it doesn't end the text */
        else if (c == '"')
            quoted = !quoted;
        else if (c == '\n' || c == '\r') {
            if (quoted)
                return false;
            json[i] = ' ';
        }
    }
    return true;
}

/* A row without a payload, of the batch's format. */
static bool
add_empty(const struct row_rule *rule, struct mill_batch *batch,
          uint64_t position)
{
    char *nothing = mill_batch_store(batch, "", 0);

    return nothing
           && mill_batch_add_payload(batch, rule->format,
                                     (struct mill_bytes){ nothing, 0 },
                                     position);
}

/* A record without a value: where topics are compacted, it says that the key is
 * deleted. */
static bool
add_null(const struct row_rule *rule, struct mill_stage *stage,
         struct mill_batch *batch, const rd_kafka_message_t *message)
{
    size_t shown = message->key_len < KEY_SHOWN ? message->key_len : KEY_SHOWN;

    if (!add_empty(rule, batch, (uint64_t)message->offset))
        return false;
    if (rule->skip_null) {
        mill_filter_row(batch, batch->rows - 1);
        mill_count(stage, "records without a value, left out", 1);
        return true;
    }
    mill_reject_row(batch, batch->rows - 1,
                    "the record has no value (a tombstone), key \"%.*s\": with "
                    "on_null = \"skip\" such records are left out",
                    (int)shown, message->key ? (const char *)message->key : "");
    return true;
}

static bool
add_value(const struct row_rule *rule, struct mill_batch *batch,
          const rd_kafka_message_t *message)
{
    size_t len = message->len;
    size_t key_len = message->key ? message->key_len : 0;
    size_t room;
    char *copy = mill_batch_reserve(batch, len + key_len + 1, &room);

    if (!copy)
        return false;
    memcpy(copy, message->payload, len);
    if (key_len > 0)
        memcpy(copy + len, message->key, key_len);
    mill_batch_use(batch, len + key_len);
    if (!mill_batch_add_payload(batch, rule->format,
                                (struct mill_bytes){ copy, len },
                                (uint64_t)message->offset))
        return false;
    if (message->key
        && !mill_batch_set_key(batch, batch->rows - 1,
                               (struct mill_bytes){ copy + len, key_len })) {
        mill_batch_truncate(batch, batch->rows - 1);
        return false;
    }
    if (rule->format != MILL_JSON)
        return true;
    /* Sinks write it as it is, one row a line. */
    if (len == 0)
        mill_reject_row(batch, batch->rows - 1, "an empty value isn't JSON");
    else if (memchr(copy, '\n', len) && !row_join_lines(copy, len))
        mill_reject_row(batch, batch->rows - 1,
                        "not JSON: a line break within a text");
    return true;
}

bool
row_add(const struct row_rule *rule, struct mill_stage *stage,
        struct mill_batch *batch, const rd_kafka_message_t *message)
{
    struct mill_bytes head = { message->payload, HEAD };

    if (!message->payload)
        return add_null(rule, stage, batch, message);
    if (message->len <= mill_max_record(stage))
        return add_value(rule, batch, message);
    if (message->len < head.len)
        head.len = message->len;
    return mill_oversized(stage, batch, (uint64_t)message->offset, message->len,
                          head);
}
