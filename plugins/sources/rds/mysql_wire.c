/* SPDX-License-Identifier: Apache-2.0 */

/* mysql_wire - packets of rows: three bytes of length, one of sequence, data */

#include "mysql_wire.h"

#include <errno.h>
#include <ma_pvio.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "wake.h"

#define HEADER 4u
#define READ_BYTES ((size_t)512 * 1024)
#define PACKET_MOST ((size_t)0xffffff) /* as long: the next belongs to it */

/* First bytes of packets that aren't rows. */
#define PACKET_EOF 0xfeu
#define PACKET_ERROR 0xffu
#define EOF_BYTES 9u /* a row that begins with 0xfe is longer */

static bool
make_room(struct wire *wire, size_t need)
{
    size_t held = wire->end - wire->begin;
    size_t room = wire->room ? wire->room : READ_BYTES;

    /* One giant row shouldn't cost its memory for ever. */
    if (need <= READ_BYTES && held <= READ_BYTES / 2)
        room = READ_BYTES;
    while (room < need)
        room *= 2;
    if (wire->begin > 0)
        memmove(wire->data, wire->data + wire->begin, held);
    wire->begin = 0;
    wire->end = held;
    if (room == wire->room)
        return true;

    char *data = realloc(wire->data, room);

    if (!data)
        return false;
    wire->data = data;
    wire->room = room;
    return true;
}

bool
wire_open(struct wire *wire, MYSQL *mysql, MYSQL_RES *result)
{
    MARIADB_PVIO *pvio = mysql->net.pvio;
    size_t cached = 0;

    if (!pvio || pvio->ctls || mysql->net.compress)
        return false;
    if (pvio->cache && pvio->cache + pvio->cache_size > pvio->cache_pos)
        cached = (size_t)(pvio->cache + pvio->cache_size - pvio->cache_pos);
    wire->begin = 0;
    wire->end = 0;
    if (!make_room(wire, cached))
        return false;
    if (cached > 0) {
        memcpy(wire->data, pvio->cache_pos, cached);
        wire->end = cached;
        pvio->cache_pos += cached;
    }
    wire->mysql = mysql;
    wire->result = result;
    wire->fd = (int)mysql_get_socket(mysql);
    wire->wake_at = 1;
    return true;
}

void
wire_close(struct wire *wire)
{
    free(wire->data);
    *wire = (struct wire){ .fd = -1 };
}

/* Reads what is there into the free room; waits where nothing is. */
static enum wire_found
receive(struct wire *wire, int patience_ms, int most_ms)
{
    struct pollfd wanted = { .fd = wire->fd, .events = POLLIN };
    bool late = false;

    for (;;) {
        ssize_t got = recv(wire->fd, wire->data + wire->end,
                           wire->room - wire->end, MSG_DONTWAIT);
        int ready;

        if (got > 0) {
            wire->end += (size_t)got;
            return WIRE_ROW;
        }
        if (got == 0 || (errno != EAGAIN && errno != EINTR))
            return WIRE_LOST;
        if (late)
            return patience_ms < 0 ? WIRE_TIMEOUT : WIRE_IDLE;
        wake_at(wire->fd, &wire->wake_at, patience_ms < 0 ? 1 : WAKE_MANY);
        ready = poll(&wanted, 1, patience_ms < 0 ? most_ms : patience_ms);
        if (ready < 0 && errno != EINTR)
            return WIRE_LOST;
        late = ready == 0;
    }
}

static size_t
packet_length(const char *header)
{
    const unsigned char *byte = (const unsigned char *)header;

    return byte[0] | (size_t)byte[1] << 8 | (size_t)byte[2] << 16;
}

/* How many bytes the packets of one row take, headers and all, as far as can be
 * seen; *WHOLE: all of them are there. */
static size_t
row_extent(const struct wire *wire, bool *whole)
{
    size_t extent = 0;
    size_t held = wire->end - wire->begin;
    size_t len = PACKET_MOST;

    *whole = false;
    while (len == PACKET_MOST) {
        if (held < extent + HEADER)
            return extent + HEADER;
        len = packet_length(wire->data + wire->begin + extent);
        extent += HEADER + len;
    }
    *whole = held >= extent;
    return extent;
}

/* Takes the headers out of the middle of a row of several packets. */
static size_t
join(char *data, size_t extent)
{
    size_t from = PACKET_MOST;
    size_t to = PACKET_MOST;

    while (from < extent) {
        size_t len = packet_length(data + from);

        memmove(data + to, data + from + HEADER, len);
        from += HEADER + len;
        to += len;
    }
    return to;
}

static enum wire_found
server_error(struct wire *wire, const char *data, size_t len)
{
    size_t skip = len > 3 && data[3] == '#' ? 9 : 3;
    size_t text = len > skip ? len - skip : 0;

    if (text >= sizeof(wire->text))
        text = sizeof(wire->text) - 1;
    wire->error =
        (unsigned char)data[1] | (unsigned)(unsigned char)data[2] << 8;
    memcpy(wire->text, data + skip, text);
    wire->text[text] = '\0';
    return WIRE_ERROR;
}

/* Leaves libmariadb as if it had read the last row itself. */
static void
hand_back(struct wire *wire)
{
    wake_at(wire->fd, &wire->wake_at, 1);
    wire->mysql->status = MYSQL_STATUS_READY;
    wire->result->eof = 1;
    wire->result->handle = NULL;
    wire->result = NULL;
}

static enum wire_found
tell(struct wire *wire, const char *data, size_t len)
{
    unsigned char first = len > 0 ? (unsigned char)data[0] : 0;

    if (first == PACKET_ERROR && len >= 3) {
        hand_back(wire);
        return server_error(wire, data, len);
    }
    if (first == PACKET_EOF && len < EOF_BYTES) {
        hand_back(wire);
        return WIRE_END;
    }
    return WIRE_ROW;
}

enum wire_found
wire_next(struct wire *wire, int patience_ms, int most_ms, const char **data,
          size_t *len)
{
    bool whole;
    size_t extent = row_extent(wire, &whole);

    while (!whole) {
        enum wire_found found;

        if (wire->begin == wire->end)
            wire->begin = wire->end = 0;
        if (wire->begin + extent > wire->room || wire->end == wire->room)
            if (!make_room(wire, extent))
                return WIRE_MEMORY;
        found = receive(wire, patience_ms, most_ms);
        if (found != WIRE_ROW)
            return found;
        extent = row_extent(wire, &whole);
    }

    char *row = wire->data + wire->begin + HEADER;

    *data = row;
    *len = extent - HEADER;
    if (*len > PACKET_MOST)
        *len = join(row, extent - HEADER);
    wire->begin += extent;
    return tell(wire, *data, *len);
}

bool
wire_field_slow(const char **at, const char *end, const char **field,
                size_t *len)
{
    const unsigned char *byte = (const unsigned char *)*at;
    size_t left = (size_t)(end - *at);
    size_t width;
    uint64_t size = 0;

    if (left == 0 || byte[0] < 0xfb)
        return false;
    if (byte[0] == 0xfb) {
        *field = NULL;
        *len = 0;
        *at += 1;
        return true;
    }
    width = byte[0] == 0xfc ? 2 : byte[0] == 0xfd ? 3 : 8;
    if (left < 1 + width)
        return false;
    for (size_t i = width; i > 0; i--)
        size = size << 8 | byte[i];
    if (size > left - 1 - width)
        return false;
    *len = (size_t)size;
    *field = *at + 1 + width;
    *at = *field + size;
    return true;
}
