/* SPDX-License-Identifier: Apache-2.0 */

/* nearest - which property of librdkafka was meant by a name that it hasn't */

#ifndef COMMON_KAFKA_NEAREST_H
#define COMMON_KAFKA_NEAREST_H

#include <stdbool.h>

#define NEAREST_ROOM 64

/* False: none is like it. */
bool nearest_property(const char *name, char nearest[NEAREST_ROOM]);

#endif /* COMMON_KAFKA_NEAREST_H */
