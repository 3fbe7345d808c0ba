/* SPDX-License-Identifier: Apache-2.0 */

/* hangup - see hangup.h */

#include "hangup.h"

#include <sys/socket.h>

void
hangup_init(struct hangup *hangup)
{
    pthread_mutex_init(&hangup->lock, NULL);
    hangup->fd = -1;
}

void
hangup_destroy(struct hangup *hangup)
{
    pthread_mutex_destroy(&hangup->lock);
}

void
hangup_watch(struct hangup *hangup, int fd)
{
    pthread_mutex_lock(&hangup->lock);
    hangup->fd = fd;
    pthread_mutex_unlock(&hangup->lock);
}

void
hangup_now(struct hangup *hangup)
{
    pthread_mutex_lock(&hangup->lock);
    if (hangup->fd >= 0)
        shutdown(hangup->fd, SHUT_RDWR);
    pthread_mutex_unlock(&hangup->lock);
}
