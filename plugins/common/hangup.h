/* SPDX-License-Identifier: Apache-2.0 */

/*
 * hangup - ends what another thread waits for on a socket
 *
 * A driver's cancel comes from any thread, while its own may be opening or
 * closing the connection: a socket's number is only good as long as nobody
 * closes it, hence the lock.
 */

#ifndef COMMON_HANGUP_H
#define COMMON_HANGUP_H

#include <pthread.h>

struct hangup {
    pthread_mutex_t lock;
    int fd; /* -1: none */
};

void hangup_init(struct hangup *hangup);
void hangup_destroy(struct hangup *hangup);

/* The socket from now on; -1, before it is closed: none. */
void hangup_watch(struct hangup *hangup, int fd);

/* Any thread.  Whoever reads from the socket finds it at its end. */
void hangup_now(struct hangup *hangup);

#endif /* COMMON_HANGUP_H */
