/* SPDX-License-Identifier: Apache-2.0 */

/*
 * life - which of several meanings the offsets of a partition have
 *
 * What a machine's sinks have stored of a partition, they know by offsets:
 * after a crash, what comes again up to there is left out.  That is right as
 * long as the offsets mean the same records.  They don't after an operator set
 * the group's offsets back to have records delivered again, or after a topic
 * was deleted and made anew: then a partition lives a new life.
 *
 * So each life has a name, drawn by chance, that goes with every offset which
 * we commit, in the metadata that Kafka keeps beside it; and what sinks store,
 * is stored under that name (mill_lane_life()).  An offset whose metadata isn't
 * ours was set by somebody else, and no offset at all is a topic that is new:
 * both begin a life.  A machine that wasn't there when a life began learns of
 * it with the first offset that it gets.
 */

#ifndef KAFKA_LIFE_H
#define KAFKA_LIFE_H

#include <stdbool.h>
#include <stddef.h>

#include "share.h"

/* Room for the metadata of a commit, NUL included. */
#define LIFE_METADATA_ROOM 48

/* Draws a name. */
void life_begin(char life[SHARE_LIFE_ROOM]);

void life_print(const char *life, char metadata[LIFE_METADATA_ROOM]);

/* False: that isn't metadata of ours. */
bool life_parse(const char *metadata, size_t len, char life[SHARE_LIFE_ROOM]);

#endif /* KAFKA_LIFE_H */
