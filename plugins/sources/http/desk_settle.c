/* SPDX-License-Identifier: Apache-2.0 */

/* desk_settle - tickets that are out, and what becomes of their records */

#include <stdlib.h>
#include <string.h>

#include "ticket.h"

/* All of its own records are stored, as far as anybody is told. */
static void
settle_all(struct ticket *ticket)
{
    for (size_t i = 0; i < ticket->total; i++)
        if (ticket->outcomes[i].state == OUTCOME_OPEN
            && (!ticket->hits || !ticket->hits[i].found)) {
            ticket->outcomes[i] = (struct outcome){
                .state = OUTCOME_STORED,
                .partition = ticket->places[i] < 0 ? 0 : ticket->places[i],
                .offset = (int64_t)(ticket->first + i),
            };
            ticket->open--;
        }
}

void
desk_out(struct desk *desk, struct ticket *ticket, uint64_t first)
{
    ticket->next = NULL;
    ticket->first = first;
    if (ticket->holding)
        keys_number(ticket->holding, first);
    if (desk->at_sync)
        settle_all(ticket);
    if (ticket->open == 0) {
        ticket_finish(desk, ticket, TICKET_DONE);
        return;
    }
    if (ticket_is_forgotten(ticket)) {
        ticket_let_go(ticket);
        return;
    }
    if (desk->out_end)
        desk->out_end->next = ticket;
    else
        desk->out = ticket;
    desk->out_end = ticket;
}

/* The receipt of a row, or NULL; a dead letter's before any other. */
static const struct mill_receipt *
find_receipt(const struct mill_settled *settled, uint64_t position)
{
    const struct mill_receipt *found = NULL;
    size_t low = 0;
    size_t high = settled->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (settled->receipts[middle].position < position)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < settled->count && settled->receipts[low].position == position;
         low++)
        if (!found || settled->receipts[low].reason)
            found = &settled->receipts[low];
    return found;
}

static void
settle_one(struct ticket *ticket, size_t i, const struct mill_receipt *receipt)
{
    struct outcome *outcome = &ticket->outcomes[i];

    ticket->open--;
    outcome->state = OUTCOME_STORED;
    outcome->partition = ticket->places[i] < 0 ? 0 : ticket->places[i];
    outcome->offset = (int64_t)(ticket->first + i);
    if (receipt && receipt->partition >= 0)
        outcome->partition = receipt->partition;
    if (receipt && receipt->offset >= 0)
        outcome->offset = receipt->offset;
    if (receipt && receipt->reason) {
        outcome->state = OUTCOME_DEAD;
        outcome->reason = strdup(receipt->reason);
    }
}

/* What of TICKET was settled. */
static void
settle(struct ticket *ticket, const struct mill_settled *settled, int32_t place)
{
    uint64_t from =
        settled->first > ticket->first ? settled->first - ticket->first : 0;

    for (size_t i = from;
         i < ticket->total && ticket->first + i <= settled->last; i++)
        if (ticket->places[i] == place
            && ticket->outcomes[i].state == OUTCOME_OPEN
            && (!ticket->hits || !ticket->hits[i].found))
            settle_one(ticket, i, find_receipt(settled, ticket->first + i));
}

void
desk_settled(struct desk *desk, const struct mill_settled *settled)
{
    bool anywhere = strcmp(settled->partition, DESK_ANYWHERE) == 0;
    int32_t place =
        anywhere ? -1 : (int32_t)strtol(settled->partition, NULL, 10);
    struct ticket *ticket = desk->out;

    while (ticket && ticket->first <= settled->last) {
        struct ticket *at = ticket;

        ticket = at->next;
        if (at->first + at->total <= settled->first
            || strcmp(at->topic, settled->stream) != 0)
            continue;
        settle(at, settled, place);
        if (at->open == 0) {
            ticket_finish(desk, at, TICKET_DONE);
            ticket = desk->out; /* others may have gone with it */
        }
    }
}
