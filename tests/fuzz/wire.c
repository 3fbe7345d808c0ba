/* SPDX-License-Identifier: Apache-2.0 */

/*
 * wire - whatever a server sends, rows end within what was sent, their fields
 * within the row, and reading comes to an end
 */

#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../plugins/sources/rds/mysql_wire.h"

#define MOST_BYTES (64 * 1024) /* what a socket takes without a reader */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool right)
{
    if (!right)
        abort();
}

static void
read_fields(const char *row, size_t len)
{
    const char *at = row;
    const char *field;
    size_t field_len;

    while (wire_field(&at, row + len, &field, &field_len)) {
        require(at > row && at <= row + len);
        require(!field || (field > row && field + field_len == at));
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MYSQL mysql = { .status = MYSQL_STATUS_USE_RESULT };
    MYSQL_RES result = { .handle = &mysql };
    struct wire wire = { .mysql = &mysql, .result = &result };
    enum wire_found found;
    const char *row;
    size_t len;
    size_t read = 0;
    int ends[2];

    if (size > MOST_BYTES)
        return 0;
    require(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    require(send(ends[1], data, size, 0) == (ssize_t)size);
    close(ends[1]);
    wire.fd = ends[0];

    while ((found = wire_next(&wire, -1, 1000, &row, &len)) == WIRE_ROW) {
        read += len;
        require(read <= size);
        read_fields(row, len);
    }
    require(found == WIRE_LOST || found == WIRE_END || found == WIRE_ERROR);
    require((found == WIRE_LOST) == (wire.result != NULL));
    wire_close(&wire);
    close(ends[0]);
    return 0;
}
