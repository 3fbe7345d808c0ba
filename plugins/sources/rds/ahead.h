/* SPDX-License-Identifier: Apache-2.0 */

/*
 * ahead - a driver whose queries run in a thread of their own
 *
 * Behind it is any other driver.  What would wait for the server - connecting,
 * the query, its rows - does so in the thread, which copies the rows into two
 * chunks in turn: while one is being read the other is being filled, and when
 * both are full the thread waits, so that no more than two chunks of some 128
 * KiB (or one row each) are ever held.  So connect and select return at once,
 * and what they met is said by fetch, which
 *
 *   - with a PATIENCE_MS below 0 waits, as ever;
 *   - with any other never does: IDLE, and there may be more once the event
 *     was signalled.
 *
 * describe isn't to be called: that is done before there are threads.
 */

#ifndef RDS_AHEAD_H
#define RDS_AHEAD_H

#include "driver.h"

/* Takes over INNER, also where it fails.  EVENT, an eventfd, is signalled when
 * fetch has something to say; it is borrowed.  NULL: no memory. */
struct driver *ahead_create(struct driver *inner, int event);

#endif /* RDS_AHEAD_H */
