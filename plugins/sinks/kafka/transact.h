/* SPDX-License-Identifier: Apache-2.0 */

/* transact - what session.c and transact.c share */

#ifndef KAFKA_TRANSACT_H
#define KAFKA_TRANSACT_H

#include "sink.h"

/* The group that holds text K of the marks, "ID.K"; the caller frees it.  NULL:
 * no memory. */
char *transact_group(const struct kafka_sink *sink, size_t k);

/* After an error of a call: the client is thrown away.  Takes ERROR; returns
 * RETRY or FATAL, and mill_fail() was called with "cannot WHAT ID: ...". */
enum mill_verdict transact_fail(struct kafka_sink *sink,
                                struct mill_stage *stage,
                                rd_kafka_error_t *error, const char *what);

#endif /* KAFKA_TRANSACT_H */
