/* SPDX-License-Identifier: Apache-2.0 */

/* ticket - one request's memory, for the desk only; see desk.h */

#ifndef HTTP_TICKET_H
#define HTTP_TICKET_H

#include "desk.h"

/* What the keys are to know of it. */
struct keys_name ticket_name(const struct ticket *ticket);

/* Leaves out the records that came before. */
void ticket_drop_found(struct ticket *ticket);

/* Gives back what only matters until it is done. */
void ticket_drop_ways(struct ticket *ticket);

/* It is done or failed: wakes all who wait for it, and lets go of the desk's
 * reference. */
void ticket_finish(struct desk *desk, struct ticket *ticket,
                   enum ticket_state state);

/* True where nobody will ask for it any more: what isn't settled for long must
 * not pile up. */
bool ticket_is_forgotten(const struct ticket *ticket);

/* Gives back the desk's reference, if it has one. */
void ticket_let_go(struct ticket *ticket);

/* NULL is fine. */
void ticket_free(struct ticket *ticket);

#endif /* HTTP_TICKET_H */
