/* SPDX-License-Identifier: Apache-2.0 */

/* ticket - one request's memory; see desk.h */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "entry.h"
#include "ticket.h"

static bool
make_room(struct ticket *ticket, const struct keys_name *name)
{
    ticket->outcomes = calloc(name->count, sizeof(*ticket->outcomes));
    ticket->places = calloc(name->count, sizeof(*ticket->places));
    if (!ticket->outcomes || !ticket->places)
        return false;
    if (!name->text)
        return true;
    ticket->key = strdup(name->text);
    ticket->hits = calloc(name->count, sizeof(*ticket->hits));
    return ticket->key && ticket->hits;
}

struct ticket *
ticket_create(const struct keys_name *name, struct request *request, char *body,
              size_t body_room)
{
    struct ticket *ticket = calloc(1, sizeof(*ticket));

    if (!ticket || !make_room(ticket, name)) {
        ticket_free(ticket);
        return NULL;
    }
    ticket->total = request->count;
    ticket->open = request->count;
    ticket->named = name->named;
    ticket->key_settled = name->settled;
    for (size_t i = 0; i < request->count; i++)
        ticket->places[i] = request->records[i].partition;
    snprintf(ticket->topic, sizeof(ticket->topic), "%s", name->topic);
    entry_order(request->records, request->count);
    ticket->refs = 1;
    ticket->body = body;
    ticket->body_room = body_room;
    ticket->request = *request;
    *request = (struct request){ 0 };
    return ticket;
}

struct keys_name
ticket_name(const struct ticket *ticket)
{
    return (struct keys_name){ .topic = ticket->topic,
                               .text = ticket->key,
                               .named = ticket->named,
                               .settled = ticket->key_settled,
                               .count = ticket->total };
}

void
ticket_drop_found(struct ticket *ticket)
{
    struct request *request = &ticket->request;
    size_t kept = 0;

    for (size_t i = 0; i < request->count; i++)
        if (!ticket->hits[request->records[i].index].found)
            request->records[kept++] = request->records[i];
    request->count = kept;
}

void
ticket_drop_ways(struct ticket *ticket)
{
    free(ticket->hits);
    free(ticket->places);
    ticket->hits = NULL;
    ticket->places = NULL;
}

void
ticket_free(struct ticket *ticket)
{
    if (!ticket)
        return;
    for (size_t i = 0; ticket->outcomes && i < ticket->total; i++)
        free(ticket->outcomes[i].reason);
    request_finish(&ticket->request);
    ticket_drop_ways(ticket);
    free(ticket->body);
    free(ticket->outcomes);
    free(ticket->key);
    free(ticket);
}
