/* SPDX-License-Identifier: Apache-2.0 */

/* ledger_outcome - what became of watched entries; see ledger.h */

#include "bus/ledger_parts.h"

#include <stdlib.h>
#include <string.h>

void
outcome_destroy(struct outcome *outcome)
{
    if (!outcome)
        return;
    for (size_t i = 0; i < outcome->count; i++)
        free((char *)outcome->receipts[i].reason);
    free(outcome->receipts);
    free(outcome);
}

bool
ledger_leave_outcome(struct ledger *ledger, struct ledger_entry *entry)
{
    struct outcome *outcome = entry->outcome;

    if (!outcome || atomic_load(&entry->track->left))
        return false;
    entry->outcome = NULL;
    outcome->lane = &entry->track->lane;
    outcome->first = entry->first;
    outcome->last = entry->position;
    *ledger->last_outcome = outcome;
    ledger->last_outcome = &outcome->next;
    return true;
}

bool
ledger_is_watched(const struct ledger_entry *entry)
{
    return entry->outcome;
}

static struct mill_receipt *
add_receipt(struct outcome *outcome)
{
    struct mill_receipt *receipts = outcome->receipts;

    /* Room for 8, 16, 32, ... */
    if (outcome->count == 0
        || (outcome->count >= 8 && !(outcome->count & (outcome->count - 1)))) {
        size_t room = outcome->count ? outcome->count * 2 : 8;

        receipts = realloc(receipts, room * sizeof(*receipts));
        if (!receipts)
            return NULL;
        outcome->receipts = receipts;
    }
    return &receipts[outcome->count];
}

bool
ledger_receipt(struct ledger_entry *entry, const struct mill_receipt *receipt)
{
    struct ledger *ledger = entry->track->ledger;
    struct outcome *outcome = entry->outcome;
    char *reason = receipt->reason ? strdup(receipt->reason) : NULL;

    if (!outcome || (receipt->reason && !reason)) {
        free(reason);
        return !outcome;
    }
    pthread_mutex_lock(&ledger->lock);
    struct mill_receipt *to = add_receipt(outcome);
    if (to) {
        *to = *receipt;
        to->reason = reason;
        outcome->count++;
    }
    pthread_mutex_unlock(&ledger->lock);
    if (!to)
        free(reason);
    return to;
}

bool
ledger_has_outcomes(struct ledger *ledger)
{
    pthread_mutex_lock(&ledger->lock);
    bool some = ledger->outcomes;
    pthread_mutex_unlock(&ledger->lock);
    return some;
}

static int
compare_receipts(const void *a, const void *b)
{
    const struct mill_receipt *left = a;
    const struct mill_receipt *right = b;

    if (left->position == right->position)
        return 0;
    return left->position < right->position ? -1 : 1;
}

/* Sinks give them as they learn them: what is rejected is known last. */
static void
order_receipts(struct outcome *outcome)
{
    for (size_t i = 1; i < outcome->count; i++)
        if (outcome->receipts[i - 1].position > outcome->receipts[i].position) {
            qsort(outcome->receipts, outcome->count, sizeof(*outcome->receipts),
                  compare_receipts);
            return;
        }
}

struct outcome *
ledger_outcomes(struct ledger *ledger)
{
    pthread_mutex_lock(&ledger->lock);
    struct outcome *outcomes = ledger->outcomes;
    ledger->outcomes = NULL;
    ledger->last_outcome = &ledger->outcomes;
    pthread_mutex_unlock(&ledger->lock);
    for (struct outcome *outcome = outcomes; outcome; outcome = outcome->next)
        order_receipts(outcome);
    return outcomes;
}
