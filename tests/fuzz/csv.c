/* SPDX-License-Identifier: Apache-2.0 */

/*
 * csv - any bytes are records, found alike however they come, and what is
 * written of the fields of one comes back as them
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FIELDS 64

static void
require(bool right)
{
    if (!right)
        abort();
}

/* Bytes come one by one. */
static void
check_pieces(const struct csv_scan *whole, const char *data, size_t len)
{
    struct csv_scan scan = { 0 };
    enum csv_found found = CSV_PART;

    for (size_t seen = 1; seen <= len && found == CSV_PART; seen++)
        found = csv_scan(&scan, ',', data, seen);
    if (found == CSV_PART)
        found = csv_scan_end(&scan, len);
    require(found == whole->found && scan.end == whole->end);
    require(scan.lines == whole->lines && scan.fault == whole->fault);
}

static void
check_round_trip(const struct csv_field *fields, size_t count)
{
    struct mill_buffer text = { 0 };
    struct csv_field again[FIELDS];
    struct csv_scan scan = { 0 };

    for (size_t i = 0; i < count; i++) {
        mill_buffer_add(&text, ",", i > 0);
        csv_write(&text, ',', fields[i].text, fields[i].len, false);
    }
    mill_buffer_add(&text, "\n", 1);
    require(csv_scan(&scan, ',', text.data, text.len) == CSV_WHOLE);
    require(scan.end == text.len);
    require(
        csv_cut(',', text.data, csv_strip(text.data, text.len), again, FIELDS)
        == count);
    for (size_t i = 0; i < count; i++) {
        if (again[i].doubled)
            csv_fold(&again[i]);
        require(again[i].len == fields[i].len);
        require(memcmp(again[i].text, fields[i].text, fields[i].len) == 0);
    }
    mill_buffer_finish(&text);
}

static void
check_fields(char *record, size_t len)
{
    struct csv_field fields[FIELDS];
    size_t count = csv_cut(',', record, csv_strip(record, len), fields, FIELDS);

    require(count > 0);
    if (count > FIELDS)
        return;
    for (size_t i = 0; i < count; i++) {
        require(fields[i].text >= record
                && fields[i].text + fields[i].len <= record + len);
        if (fields[i].doubled)
            csv_fold(&fields[i]);
    }
    check_round_trip(fields, count);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = malloc(size + 1);
    size_t at = 0;

    if (!copy || size > 4096) {
        free(copy);
        return 0;
    }
    memcpy(copy, data, size);
    while (at < size) {
        struct csv_scan scan = { 0 };
        enum csv_found found = csv_scan(&scan, ',', copy + at, size - at);

        if (found == CSV_PART)
            found = csv_scan_end(&scan, size - at);
        require(found != CSV_PART && scan.end > 0 && scan.end <= size - at);
        check_pieces(&scan, copy + at, size - at);
        if (found == CSV_WHOLE)
            check_fields(copy + at, scan.end);
        at += scan.end;
    }
    free(copy);
    return 0;
}
