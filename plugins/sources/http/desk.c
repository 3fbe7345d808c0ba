/* SPDX-License-Identifier: Apache-2.0 */

/* desk - see desk.h */

#include "desk.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "ticket.h"

bool
desk_open(struct desk *desk)
{
    pthread_mutex_init(&desk->lock, NULL);
    pthread_cond_init(&desk->queued, NULL);
    desk->event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return desk->event >= 0;
}

static void
unref(struct ticket *ticket)
{
    if (ticket && --ticket->refs == 0)
        ticket_free(ticket);
}

static void
unref_list(struct ticket *ticket)
{
    while (ticket) {
        struct ticket *next = ticket->next;

        while (ticket->followers) {
            struct follower *follower = ticket->followers;

            ticket->followers = follower->next;
            unref(follower->ticket);
            free(follower);
        }
        unref(ticket);
        ticket = next;
    }
}

void
desk_close(struct desk *desk)
{
    unref_list(desk->queue);
    unref_list(desk->out);
    for (size_t i = 0; i < DESK_RECENT; i++)
        unref(desk->recent[i]);
    keys_destroy(desk->keys);
    if (desk->event >= 0)
        close(desk->event);
    pthread_cond_destroy(&desk->queued);
    pthread_mutex_destroy(&desk->lock);
    memset(desk, 0, sizeof(*desk));
    desk->event = -1;
}

bool
desk_reserve(struct desk *desk, size_t bytes)
{
    bool fits;

    pthread_mutex_lock(&desk->lock);
    fits = bytes <= desk->bytes_most - desk->bytes;
    if (fits)
        desk->bytes += bytes;
    else
        desk->refused++;
    pthread_mutex_unlock(&desk->lock);
    return fits;
}

void
desk_release(struct desk *desk, size_t bytes)
{
    pthread_mutex_lock(&desk->lock);
    desk->bytes -= bytes;
    pthread_mutex_unlock(&desk->lock);
}

void
desk_drop_body(struct desk *desk, struct ticket *ticket)
{
    desk->bytes -= ticket->body_room;
    ticket->body_room = 0;
    free(ticket->body);
    ticket->body = NULL;
    request_finish(&ticket->request);
}

void
desk_partition(char *to, size_t size, int32_t partition)
{
    if (partition < 0)
        snprintf(to, size, "%s", DESK_ANYWHERE);
    else
        snprintf(to, size, "%d", partition);
}

/* Takes it out of a list; false: it isn't in it. */
static bool
take_out(struct ticket **list, struct ticket **end, struct ticket *ticket)
{
    struct ticket *before = NULL;
    struct ticket **at = list;

    while (*at && *at != ticket) {
        before = *at;
        at = &before->next;
    }
    if (!*at)
        return false;
    *at = ticket->next;
    if (*end == ticket)
        *end = before;
    ticket->next = NULL;
    return true;
}

/* --- done ------------------------------------------------------------------
 */

static void
forget_oldest(struct desk *desk)
{
    struct ticket **oldest = &desk->recent[desk->recent_first];

    keys_disown((*oldest)->holding);
    desk->recent_records -= (*oldest)->total;
    desk->recent_count--;
    desk->recent_first = (desk->recent_first + 1) % DESK_RECENT;
    unref(*oldest);
    *oldest = NULL;
}

/* A ticket with a key is remembered for a while, and its receipts with it. */
static void
remember(struct desk *desk, struct ticket *ticket)
{
    while (desk->recent_count == DESK_RECENT
           || (desk->recent_count > 0
               && desk->recent_records + ticket->total > DESK_RECENT_RECORDS))
        forget_oldest(desk);
    desk->recent[(desk->recent_first + desk->recent_count++) % DESK_RECENT] =
        ticket;
    desk->recent_records += ticket->total;
    ticket->refs++;
    ticket_drop_ways(ticket);
}

/* Whoever names each of his records may send one that is a dead letter again,
 * mended or not, and means it. */
static void
forget_dead(struct desk *desk, const struct ticket *ticket)
{
    struct keys_name name = ticket_name(ticket);

    for (size_t i = 0; ticket->named && i < ticket->total; i++)
        if (ticket->outcomes[i].state == OUTCOME_DEAD && !ticket->hits[i].found)
            keys_drop(desk->keys, &name, i);
}

static void
copy_outcome(struct outcome *to, const struct outcome *from)
{
    *to = *from;
    to->reason = from->reason ? strdup(from->reason) : NULL;
}

/* Gives a follower the outcomes of what it followed.  Of what failed it gets
 * none, and the sender is told to try these records again. */
static void
tell_follower(struct desk *desk, struct ticket *ticket,
              const struct ticket *first)
{
    if (ticket->state != TICKET_OUT && ticket->state != TICKET_QUEUED)
        return;
    if (first->state == TICKET_FAILED && !ticket->holding) {
        desk_fail(desk, ticket, &first->failed);
        return;
    }
    for (size_t i = 0; i < ticket->total; i++) {
        if (ticket->hits[i].owner != first
            || ticket->outcomes[i].state != OUTCOME_OPEN)
            continue;
        ticket->open--;
        if (first->state == TICKET_DONE)
            copy_outcome(&ticket->outcomes[i],
                         &first->outcomes[ticket->hits[i].index]);
    }
    if (ticket->open == 0)
        ticket_finish(desk, ticket, TICKET_DONE);
}

void
ticket_finish(struct desk *desk, struct ticket *ticket, enum ticket_state state)
{
    take_out(&desk->out, &desk->out_end, ticket);
    ticket->state = state;
    if (ticket->holding && state == TICKET_DONE) {
        forget_dead(desk, ticket);
        remember(desk, ticket);
    } else if (ticket->holding) {
        keys_forget(desk->keys, ticket->holding);
    }
    while (ticket->watchers) {
        struct watcher *watcher = ticket->watchers;

        ticket->watchers = watcher->next;
        watcher->wake(watcher);
    }
    while (ticket->followers) {
        struct follower *follower = ticket->followers;

        ticket->followers = follower->next;
        tell_follower(desk, follower->ticket, ticket);
        unref(follower->ticket);
        free(follower);
    }
    ticket_let_go(ticket);
}

bool
ticket_is_forgotten(const struct ticket *ticket)
{
    return ticket->held && !ticket->watchers && !ticket->holding;
}

void
ticket_let_go(struct ticket *ticket)
{
    if (!ticket->held)
        return;
    ticket->held = false;
    unref(ticket);
}

void
desk_fail(struct desk *desk, struct ticket *ticket, const struct refusal *why)
{
    take_out(&desk->queue, &desk->queue_end, ticket);
    desk_drop_body(desk, ticket);
    ticket->failed = *why;
    ticket_finish(desk, ticket, TICKET_FAILED);
}

bool
desk_withdraw(struct desk *desk, struct ticket *ticket, const char *why)
{
    struct refusal refusal;

    if (desk->spooled || ticket->state != TICKET_QUEUED
        || ticket->request.count == 0)
        return false;
    refuse(&refusal, 503, 50302, "%s", why);
    desk_fail(desk, ticket, &refusal);
    desk->refused++;
    return true;
}

/* --- in --------------------------------------------------------------------
 */

static bool
follow(struct ticket *ticket, struct ticket *first)
{
    struct follower *follower = first->followers;

    for (; follower; follower = follower->next)
        if (follower->ticket == ticket)
            return true;
    follower = malloc(sizeof(*follower));
    if (!follower)
        return false;
    *follower = (struct follower){ first->followers, ticket };
    first->followers = follower;
    ticket->refs++;
    return true;
}

/* What is known of a record that came before. */
static bool
use_hit(struct ticket *ticket, size_t i)
{
    const struct keys_hit *hit = &ticket->hits[i];
    struct ticket *first = hit->owner;
    struct outcome *outcome = &ticket->outcomes[i];

    if (first && first->state != TICKET_DONE)
        return follow(ticket, first);
    if (first)
        copy_outcome(outcome, &first->outcomes[hit->index]);
    else
        *outcome = (struct outcome){
            .state = OUTCOME_STORED,
            .partition = ticket->places[i] < 0 ? 0 : ticket->places[i],
            .offset = (int64_t)hit->number,
        };
    ticket->open--;
    return true;
}

static bool
no_memory(struct refusal *why)
{
    return refuse(why, 503, 50302, "no memory for the request");
}

/* Whoever is to be told once all sinks have it can't be told yet, or that it is
 * a dead letter. */
static bool
check_left(const struct desk *desk, const struct ticket *ticket,
           struct refusal *why)
{
    for (size_t i = 0; i < ticket->total && !desk->at_sync; i++) {
        const struct keys_hit *hit = &ticket->hits[i];

        if (hit->found && !hit->owner && hit->number >= desk->left_first
            && hit->number < desk->left_end)
            return refuse(why, 503, 50302,
                          "it came before, and isn't settled yet: try again "
                          "later");
    }
    return true;
}

/* Finds what came before, and remembers the rest. */
static bool
use_key(struct desk *desk, struct ticket *ticket, int64_t now_s,
        struct refusal *why)
{
    struct keys_name name = ticket_name(ticket);

    if (!keys_check(&name, why))
        return false;
    desk->early += keys_expire(desk->keys, now_s);
    keys_settled(desk->keys, &name);
    if (!keys_look(desk->keys, &name, ticket->hits, why)
        || !check_left(desk, ticket, why))
        return false;
    ticket_drop_found(ticket);
    desk->repeated += ticket->total - ticket->request.count;
    if (ticket->request.count > 0) {
        ticket->holding =
            keys_put(desk->keys, &name, ticket->hits, 0, ticket, now_s);
        if (!ticket->holding)
            return no_memory(why);
    }
    for (size_t i = 0; i < ticket->total; i++)
        if (ticket->hits[i].found && !use_hit(ticket, i))
            return no_memory(why);
    return true;
}

/* There is something for the source's thread. */
static void
wake_source(struct desk *desk)
{
    uint64_t one = 1;

    if (write(desk->event, &one, sizeof(one)) < 0)
        return; /* only where it is readable anyway */
}

static void
enqueue(struct desk *desk, struct ticket *ticket)
{
    if (desk->queue_end)
        desk->queue_end->next = ticket;
    else
        desk->queue = ticket;
    desk->queue_end = ticket;
    if (desk->spooled)
        pthread_cond_signal(&desk->queued);
    else
        wake_source(desk);
}

/* Under the lock. */
static bool
submit(struct desk *desk, struct ticket *ticket, int64_t now_s,
       struct refusal *why)
{
    if (desk->closing)
        return refuse(why, 503, 50302, "the service is stopping");
    ticket->refs++;
    ticket->held = true;
    if (ticket->key && !use_key(desk, ticket, now_s, why)) {
        desk_fail(desk, ticket, why);
        return false;
    }
    if (ticket->request.count > 0) {
        enqueue(desk, ticket);
        return true;
    }
    /* What it follows has it now; it only has to be counted. */
    wake_source(desk);
    desk_drop_body(desk, ticket);
    ticket->state = TICKET_OUT;
    ticket->held = false;
    ticket->refs--;
    if (ticket->open == 0)
        ticket_finish(desk, ticket, TICKET_DONE);
    return true;
}

bool
desk_submit(struct desk *desk, struct ticket *ticket, struct watcher *watcher,
            int64_t now_s, struct refusal *why)
{
    bool taken;

    pthread_mutex_lock(&desk->lock);
    taken = submit(desk, ticket, now_s, why);
    if (!taken)
        desk_drop_body(desk, ticket);
    if (taken && ticket->state != TICKET_DONE) {
        watcher->next = ticket->watchers;
        ticket->watchers = watcher;
        watcher->hold(watcher);
    }
    pthread_mutex_unlock(&desk->lock);
    return taken;
}

void
desk_leave(struct desk *desk, struct ticket *ticket, struct watcher *watcher)
{
    pthread_mutex_lock(&desk->lock);
    for (struct watcher **at = &ticket->watchers; *at; at = &(*at)->next)
        if (*at == watcher) {
            *at = watcher->next;
            break;
        }
    /* One that the spooler is at isn't on the list, and stays his. */
    if (ticket_is_forgotten(ticket)
        && take_out(&desk->out, &desk->out_end, ticket))
        ticket_let_go(ticket);
    unref(ticket);
    pthread_mutex_unlock(&desk->lock);
}

void
desk_stop(struct desk *desk)
{
    struct refusal why;

    refuse(&why, 503, 50302, "the service is stopping");
    pthread_mutex_lock(&desk->lock);
    desk->closing = true;
    while (!desk->spooled && desk->queue)
        desk_fail(desk, desk->queue, &why);
    pthread_cond_signal(&desk->queued);
    pthread_mutex_unlock(&desk->lock);
}

/* --- out -------------------------------------------------------------------
 */

struct ticket *
desk_take_all(struct desk *desk)
{
    struct ticket *all = desk->queue;

    for (struct ticket *ticket = all; ticket; ticket = ticket->next)
        ticket->state = TICKET_OUT;
    desk->queue = NULL;
    desk->queue_end = NULL;
    return all;
}

struct ticket *
desk_take(struct desk *desk)
{
    struct ticket *ticket = desk->queue;

    if (ticket) {
        take_out(&desk->queue, &desk->queue_end, ticket);
        ticket->state = TICKET_OUT;
        ticket->refs++;
    }
    return ticket;
}

void
desk_give_back(struct desk *desk, struct ticket *ticket)
{
    if (!ticket)
        return;
    desk_drop_body(desk, ticket);
    unref(ticket);
}
