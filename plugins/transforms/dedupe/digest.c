/* SPDX-License-Identifier: Apache-2.0 */

/* digest - see the header */

#include "digest.h"

#include <endian.h>
#include <string.h>

/* --- SipHash, as its authors describe it --- */

struct sip {
    uint64_t a, b, c, d;
};

static uint64_t
rotate(uint64_t word, int bits)
{
    return word << bits | word >> (64 - bits);
}

static void
sip_rounds(struct sip *sip, int rounds)
{
    while (rounds-- > 0) {
        sip->a += sip->b;
        sip->b = rotate(sip->b, 13) ^ sip->a;
        sip->a = rotate(sip->a, 32);
        sip->c += sip->d;
        sip->d = rotate(sip->d, 16) ^ sip->c;
        sip->a += sip->d;
        sip->d = rotate(sip->d, 21) ^ sip->a;
        sip->c += sip->b;
        sip->b = rotate(sip->b, 17) ^ sip->c;
        sip->c = rotate(sip->c, 32);
    }
}

static void
sip_take(struct sip *sip, uint64_t word)
{
    sip->d ^= word;
    sip_rounds(sip, 2);
    sip->a ^= word;
}

static uint64_t
sip_word(const struct sip *sip)
{
    return sip->a ^ sip->b ^ sip->c ^ sip->d;
}

/* Up to eight bytes, the first the lowest. */
static uint64_t
word_of(const unsigned char *bytes, size_t len)
{
    uint64_t word = 0;

    memcpy(&word, bytes, len);
    return le64toh(word);
}

struct digest
digest_bytes(const struct digest *key, const void *data, size_t len)
{
    struct sip sip = { key->words[0] ^ 0x736f6d6570736575u,
                       key->words[1] ^ 0x646f72616e646f6du ^ 0xee,
                       key->words[0] ^ 0x6c7967656e657261u,
                       key->words[1] ^ 0x7465646279746573u };
    const unsigned char *bytes = data;
    struct digest digest;
    size_t whole = len - len % 8;

    for (size_t i = 0; i < whole; i += 8)
        sip_take(&sip, word_of(bytes + i, 8));
    sip_take(&sip, (uint64_t)len << 56 | word_of(bytes + whole, len % 8));
    sip.c ^= 0xee;
    sip_rounds(&sip, 4);
    digest.words[0] = sip_word(&sip);
    sip.b ^= 0xdd;
    sip_rounds(&sip, 4);
    digest.words[1] = sip_word(&sip);
    return digest;
}

/* --- what is digested --- */

void
digest_text(struct mill_buffer *to, const char *text, size_t len)
{
    uint64_t size = len;

    mill_buffer_add(to, &size, sizeof(size));
    mill_buffer_add(to, text, len);
}

static void
add_items(struct mill_buffer *to, const struct mill_value *items, size_t count)
{
    for (size_t i = 0; i < count; i++)
        digest_value(to, &items[i]);
}

void
digest_value(struct mill_buffer *to, const struct mill_value *value)
{
    uint32_t head[2] = { value->type, value->len };
    double real;

    mill_buffer_add(to, head, sizeof(head));
    switch ((enum mill_type)value->type) {
    case MILL_MISSING:
    case MILL_NULL:
        break;
    case MILL_BOOL:
        mill_buffer_add(to, value->boolean ? "1" : "0", 1);
        break;
    case MILL_INT:
    case MILL_TIMESTAMP:
        mill_buffer_add(to, &value->integer, sizeof(value->integer));
        break;
    case MILL_DOUBLE:
        real = value->real + 0.0; /* there are two zeros, which are equal */
        mill_buffer_add(to, &real, sizeof(real));
        break;
    case MILL_NUMBER:
    case MILL_DECIMAL:
    case MILL_TEXT:
    case MILL_BYTES:
        mill_buffer_add(to, value->text, value->len);
        break;
    case MILL_LIST:
        add_items(to, value->items, value->len);
        break;
    case MILL_MAP:
        add_items(to, value->items, 2 * (size_t)value->len);
        break;
    }
}
