/* SPDX-License-Identifier: Apache-2.0 */

/* letters - see the header */

#include "letters.h"

#include <string.h>

#define ENTRY_BYTES 27
#define LANE_BYTES 3

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* COUNT bytes of a number, the highest first. */
static void
put_number(unsigned char *to, uint64_t number, size_t count)
{
    for (size_t i = count; i-- > 0; number >>= 8)
        to[i] = (unsigned char)number;
}

static uint64_t
get_number(const unsigned char *from, size_t count)
{
    uint64_t number = 0;

    for (size_t i = 0; i < count; i++)
        number = number << 8 | from[i];
    return number;
}

void
letters_write(char to[LETTERS_ENTRY], const struct entry *entry)
{
    unsigned char bytes[ENTRY_BYTES];

    put_number(bytes, entry->digest.words[0], 8);
    put_number(bytes + 8, entry->digest.words[1], 8);
    put_number(bytes + 16, entry->position, 8);
    put_number(bytes + 24, entry->lane, LANE_BYTES);
    for (size_t i = 0; i < ENTRY_BYTES; i += 3) {
        uint64_t three = get_number(bytes + i, 3);

        for (int k = 0; k < 4; k++)
            *to++ = alphabet[three >> (18 - 6 * k) & 63];
    }
}

/* Three bytes from four letters. */
static bool
read_four(const char *text, unsigned char bytes[3])
{
    uint64_t three = 0;

    for (int k = 0; k < 4; k++) {
        const char *at = text[k] ? strchr(alphabet, text[k]) : NULL;

        if (!at)
            return false;
        three = three << 6 | (uint64_t)(at - alphabet);
    }
    put_number(bytes, three, 3);
    return true;
}

bool
letters_read(const char *text, struct entry *entry)
{
    unsigned char bytes[ENTRY_BYTES];

    for (size_t i = 0; i < ENTRY_BYTES / 3; i++)
        if (!read_four(text + 4 * i, bytes + 3 * i))
            return false;
    *entry = (struct entry){
        .digest = { { get_number(bytes, 8), get_number(bytes + 8, 8) } },
        .position = get_number(bytes + 16, 8),
        .lane = (uint32_t)get_number(bytes + 24, LANE_BYTES),
    };
    return true;
}

void
letters_write_digest(char to[LETTERS_DIGEST_ROOM], const struct digest *digest)
{
    letters_write(to, &(struct entry){ .digest = *digest });
    to[LETTERS_ENTRY] = '\0';
}

bool
letters_read_digest(const char *text, struct digest *digest)
{
    struct entry entry;

    if (strlen(text) != LETTERS_ENTRY || !letters_read(text, &entry))
        return false;
    *digest = entry.digest;
    return true;
}
