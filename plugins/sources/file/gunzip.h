/* SPDX-License-Identifier: Apache-2.0 */

/* gunzip - unpacks gzip members that follow each other, piece by piece */

#ifndef FILE_GUNZIP_H
#define FILE_GUNZIP_H

#include <stdbool.h>
#include <stddef.h>

enum gunzip_result {
    GUNZIP_BYTES,  /* *GOT bytes came out */
    GUNZIP_HUNGRY, /* needs more packed bytes: gunzip_room(), gunzip_fed() */
    GUNZIP_BROKEN, /* gunzip_fault() says why */
};

struct gunzip;

/* NULL: no memory. */
struct gunzip *gunzip_create(void);
void gunzip_destroy(struct gunzip *gunzip);

/* Where packed bytes go, when it is hungry; then how many were put there. */
unsigned char *gunzip_room(struct gunzip *gunzip, size_t *room);
void gunzip_fed(struct gunzip *gunzip, size_t len);

enum gunzip_result gunzip_read(struct gunzip *gunzip, char *to, size_t room,
                               size_t *got);

/* True inside a member: the packed bytes may not end here. */
bool gunzip_is_open(const struct gunzip *gunzip);

const char *gunzip_fault(const struct gunzip *gunzip);

#endif /* FILE_GUNZIP_H */
