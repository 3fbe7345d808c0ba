/* SPDX-License-Identifier: Apache-2.0 */

/*
 * wake - how many bytes end a wait for them
 *
 * Where rows wait for more of their kind, being woken for each packet costs
 * more than reading it: better once for many, or when patience ends.
 */

#ifndef RDS_WAKE_H
#define RDS_WAKE_H

#include <sys/socket.h>

/* By 384 KiB a million rows of 560 bytes took 0.58 s of CPU, by 64 KiB 0.65 s:
 * each time, three processes change places on the cores. */
#define WAKE_MANY (384 * 1024)

/* poll() finds FD readable from BYTES on; *NOW, 1 at first, is what it was. */
static inline void
wake_at(int fd, int *now, int bytes)
{
    if (*now == bytes)
        return;
    setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof(bytes));
    *now = bytes;
}

#endif /* RDS_WAKE_H */
