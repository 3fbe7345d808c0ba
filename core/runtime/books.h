/* SPDX-License-Identifier: Apache-2.0 */

/*
 * books - what went onto an edge, and what became of it
 *
 * Each term is counted where it happens: `in` by the producer as it puts a
 * batch on the edge, the others by the consumer, from the rows it has in hand
 * at that moment and never from another term.  At the end
 *
 *     in + added = out + filtered + dead + before + taken back + in flight
 *
 * must hold for the number of rows and for the sum of their fingerprints, or
 * rows were lost, doubled or exchanged on the way.
 */

#ifndef RUNTIME_BOOKS_H
#define RUNTIME_BOOKS_H

#include <stdbool.h>

#include "record/batch.h"

struct books {
    struct tally in;       /* put on the edge */
    struct tally added;    /* made from them by the consumer */
    struct tally out;      /* handed on, or made durable by a sink */
    struct tally filtered; /* not wanted, says the consumer */
    struct tally dead;     /* sent to the dead letters by it */
    struct tally before;   /* a sink had them before a restart */
    struct tally revoked;  /* of lanes that went to another process */
    struct tally flight;   /* still on the edge, or with the consumer */
};

bool books_balance(const struct books *books);

/* "in 571 = out 564 + filtered 7", terms of 0 left out; for messages. */
#define BOOKS_ROOM 256
void books_print(char to[BOOKS_ROOM], const struct books *books);

#endif /* RUNTIME_BOOKS_H */
