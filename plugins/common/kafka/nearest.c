/* SPDX-License-Identifier: Apache-2.0 */

/* nearest - by how many letters have to change */

#include "kafka/nearest.h"

#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
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

/* A line of librdkafka's own table of properties begins with a name. */
static size_t
look(const char *line, const char *name, size_t best,
     char nearest[NEAREST_ROOM])
{
    size_t len = strcspn(line, " |");
    char known[NEAREST_ROOM];
    size_t wrong;

    if (len == 0 || len >= NEAREST_ROOM || line[0] < 'a' || line[0] > 'z')
        return best;
    memcpy(known, line, len);
    known[len] = '\0';
    wrong = distance(known, name);
    if (wrong >= best)
        return best;
    memcpy(nearest, known, len + 1);
    return wrong;
}

bool
nearest_property(const char *name, char nearest[NEAREST_ROOM])
{
    char *table = NULL;
    size_t size;
    FILE *to = open_memstream(&table, &size);
    size_t best = WRONG_MAX + 1;

    if (!to)
        return false;
    rd_kafka_conf_properties_show(to);
    if (fclose(to) != 0 || strlen(name) >= NEAREST_ROOM) {
        free(table);
        return false;
    }
    for (const char *line = table; line;) {
        best = look(line, name, best, nearest);
        line = strchr(line, '\n');
        line = line ? line + 1 : NULL;
    }
    free(table);
    return best <= WRONG_MAX;
}
