/* SPDX-License-Identifier: Apache-2.0 */

/*
 * make_rows - the rows that everything in the benchmark is measured on
 *
 *     make_rows ndjson|tsv ROWS [SEED] > FILE
 *
 * Rows of the shape of pinterest_data: 12 fields, about 560 bytes as compact
 * JSON, with the reference's shares of placeholders, of characters that are not
 * ASCII and of characters that JSON must escape.  The words are made up.  The
 * same ROWS and SEED give the same bytes everywhere; tsv holds the same rows
 * for MariaDB's LOAD DATA.
 */

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum field {
    UNIQUE_ID,
    TITLE,
    DESCRIPTION,
    POSTER_NAME,
    FOLLOWER_COUNT,
    TAG_LIST,
    KIND,
    IMAGE_SRC,
    SAVE_LOCATION,
    CATEGORY,
    FIELDS
};

#define TEXT_ROOM 512
#define WORDS 1024
#define WORD_ROOM 16

struct text {
    char data[TEXT_ROOM];
    size_t len;
};

struct row {
    uint64_t index;
    bool downloaded;
    struct text fields[FIELDS];
};

struct maker {
    uint64_t state;
    struct row row;
    char words[WORDS][WORD_ROOM];
};

typedef void row_writer(const struct row *row);

static const char *const categories[] = {
    "art",     "beauty",   "christmas",     "diy-and-crafts", "education",
    "finance", "travel",   "home-decor",    "mens-fashion",   "quotes",
    "tattoos", "vehicles", "event-planning"
};

static const char *const strange[] = { "é",    "ü",    "ñ",    "—",
                                       "’",    "“",    "”",    "№",
                                       "Ж",    "λ",    "日本", "かな",
                                       "שלום", "سلام", "𝓐𝓑",   "🎨" };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* splitmix64 */
static uint64_t
draw(struct maker *maker)
{
    uint64_t z = maker->state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static unsigned
draw_below(struct maker *maker, unsigned limit)
{
    return (unsigned)((draw(maker) >> 32) * limit >> 32);
}

/* True in SHARE of 10,000 cases. */
static bool
happens(struct maker *maker, unsigned share)
{
    return draw_below(maker, 10000) < share;
}

static void
text_add(struct text *text, const char *more)
{
    size_t len = strlen(more);
    if (len > TEXT_ROOM - text->len)
        len = 0;
    memcpy(text->data + text->len, more, len);
    text->len += len;
}

static void
text_set(struct text *text, const char *to)
{
    text->len = 0;
    text_add(text, to);
}

static void
text_add_hex(struct text *text, uint64_t bits, int digits)
{
    char hex[17];
    snprintf(hex, sizeof(hex), "%016" PRIx64, bits);
    hex[digits] = '\0';
    text_add(text, hex);
}

static void
make_words(struct maker *maker)
{
    static const char consonants[] = "bdfgklmnprstvz";
    static const char vowels[] = "aeiou";

    for (size_t i = 0; i < WORDS; i++) {
        unsigned syllables = 1 + draw_below(maker, 3);
        char *word = maker->words[i];

        for (unsigned s = 0; s < syllables; s++) {
            *word++ = consonants[draw_below(maker, sizeof(consonants) - 1)];
            *word++ = vowels[draw_below(maker, sizeof(vowels) - 1)];
        }
        if (happens(maker, 5000))
            *word++ = consonants[draw_below(maker, sizeof(consonants) - 1)];
        *word = '\0';
    }
}

/* One word, its first letter raised where CAPITAL. */
static void
add_word(struct maker *maker, struct text *text, bool capital)
{
    size_t at = text->len;
    text_add(text, maker->words[draw_below(maker, WORDS)]);
    if (capital && text->len > at)
        text->data[at] = (char)(text->data[at] - 'a' + 'A');
}

/* Words until TEXT holds LEN bytes or a few more. */
static void
add_words(struct maker *maker, struct text *text, size_t len)
{
    add_word(maker, text, true);
    while (text->len < len) {
        text_add(text, " ");
        add_word(maker, text, false);
    }
}

static void
add_strange(struct maker *maker, struct text *text)
{
    text_add(text, " ");
    text_add(text, strange[draw_below(maker, COUNT(strange))]);
    text_add(text, " ");
    add_word(maker, text, false);
}

static void
make_unique_id(struct maker *maker, struct text *id)
{
    uint64_t high = draw(maker), low = draw(maker);

    text_set(id, "");
    text_add_hex(id, high, 8);
    text_add(id, "-");
    text_add_hex(id, high << 32, 4);
    text_add(id, "-4");
    text_add_hex(id, high << 48, 3);
    text_add(id, "-a");
    text_add_hex(id, low, 3);
    text_add(id, "-");
    text_add_hex(id, low << 16, 12);
}

static void
make_title(struct maker *maker, struct text *title, bool lost)
{
    text_set(title, "");
    if (lost || happens(maker, 5)) {
        text_add(title, "No Title Data Available");
        return;
    }
    if (happens(maker, 5))
        return;
    add_words(maker, title, 22 + draw_below(maker, 40));
    if (happens(maker, 110))
        text_add(title, " 🎨");
    if (happens(maker, 20))
        text_add(title, "\nor so");
    if (happens(maker, 300))
        text_add(title, " \"so to say\"");
}

static void
make_description(struct maker *maker, struct text *text, bool lost)
{
    text_set(text, "");
    if (lost || happens(maker, 690)) {
        text_add(text, "No description available Story format");
        return;
    }
    if (happens(maker, 160)) {
        text_add(text, "No description available");
        return;
    }
    add_words(maker, text, 52 + draw_below(maker, 66));
    if (happens(maker, 700))
        add_strange(maker, text);
    if (happens(maker, 300))
        text_add(text, " \"in words\"");
    if (happens(maker, 3900))
        text_add(text, "…\u00a0");
}

static void
make_poster(struct maker *maker, struct row *row, bool lost)
{
    struct text *name = &row->fields[POSTER_NAME];
    struct text *count = &row->fields[FOLLOWER_COUNT];
    static const char *const units[] = { "k", "k", "k", "k", "k",
                                         "k", "k", "M", "",  "" };
    char number[16];

    if (lost || happens(maker, 15)) {
        text_set(name, "User Info Error");
        text_set(count, "User Info Error");
        return;
    }
    text_set(name, "");
    add_words(maker, name, 8 + draw_below(maker, 12));
    snprintf(number, sizeof(number), "%u", draw_below(maker, 999));
    text_set(count, number);
    text_add(count, units[draw_below(maker, COUNT(units))]);
}

static void
make_tags(struct maker *maker, struct text *tags, bool lost)
{
    text_set(tags, "");
    if (lost || happens(maker, 85)) {
        text_add(tags, "N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e");
        return;
    }
    for (int i = 0; i < 9; i++) {
        if (i > 0)
            text_add(tags, ",");
        add_word(maker, tags, true);
        if (happens(maker, 5000)) {
            text_add(tags, " ");
            add_word(maker, tags, true);
        }
    }
}

static void
make_image(struct maker *maker, struct row *row, bool lost)
{
    struct text *kind = &row->fields[KIND];
    struct text *image = &row->fields[IMAGE_SRC];
    unsigned dice = draw_below(maker, 1000);

    if (lost || dice < 75)
        text_set(kind, "multi-video(story page format)");
    else
        text_set(kind, dice < 105 ? "video" : "image");

    row->downloaded = !lost && !happens(maker, 170);
    if (!row->downloaded) {
        text_set(image, "Image src error.");
        return;
    }
    text_set(image, "https://img.example.com/originals/");
    text_add_hex(image, draw(maker), 16);
    text_add_hex(image, draw(maker), 16);
    text_add(image, ".jpg");
}

/* A lost row is one that is all placeholders. */
static void
make_row(struct maker *maker, uint64_t index)
{
    struct row *row = &maker->row;
    bool lost = happens(maker, 75);
    const char *category = categories[draw_below(maker, COUNT(categories))];

    row->index = index;
    make_unique_id(maker, &row->fields[UNIQUE_ID]);
    make_title(maker, &row->fields[TITLE], lost);
    make_description(maker, &row->fields[DESCRIPTION], lost);
    make_poster(maker, row, lost);
    make_tags(maker, &row->fields[TAG_LIST], lost);
    make_image(maker, row, lost);
    text_set(&row->fields[SAVE_LOCATION], "Local save in /data/");
    text_add(&row->fields[SAVE_LOCATION], category);
    text_set(&row->fields[CATEGORY], category);
}

static void
put_escaped(const struct text *text, const char *escaped)
{
    for (size_t i = 0; i < text->len; i++) {
        char byte = text->data[i];
        if (byte == '\n') {
            putchar_unlocked('\\');
            byte = 'n';
        } else if (strchr(escaped, byte)) {
            putchar_unlocked('\\');
        }
        putchar_unlocked(byte);
    }
}

static void
put_json(const struct row *row)
{
    static const char *const names[FIELDS] = {
        "unique_id",      "title",    "description",       "poster_name",
        "follower_count", "tag_list", "is_image_or_video", "image_src",
        "save_location",  "category"
    };

    printf("{\"index\":%" PRIu64, row->index);
    for (int i = 0; i < FIELDS; i++) {
        if (i == SAVE_LOCATION)
            printf(",\"downloaded\":%d", row->downloaded);
        printf(",\"%s\":\"", names[i]);
        put_escaped(&row->fields[i], "\"\\");
        putchar_unlocked('"');
    }
    fputs("}\n", stdout);
}

static void
put_tsv(const struct row *row)
{
    printf("%" PRIu64, row->index);
    for (int i = 0; i < FIELDS; i++) {
        if (i == SAVE_LOCATION)
            printf("\t%d", row->downloaded);
        putchar_unlocked('\t');
        put_escaped(&row->fields[i], "\t\\");
    }
    putchar_unlocked('\n');
}

static int
make_file(row_writer *put, uint64_t rows, uint64_t seed)
{
    struct maker *maker = calloc(1, sizeof(*maker));
    if (!maker) {
        fputs("make_rows: no memory\n", stderr);
        return 1;
    }
    maker->state = seed;
    make_words(maker);
    for (uint64_t i = 0; i < rows; i++) {
        make_row(maker, i);
        put(&maker->row);
    }
    free(maker);
    if (fflush(stdout) != 0) {
        perror("make_rows: can't write");
        return 1;
    }
    return 0;
}

int
main(int argc, char **argv)
{
    bool tsv = argc > 1 && strcmp(argv[1], "tsv") == 0;

    if (argc < 3 || (!tsv && strcmp(argv[1], "ndjson") != 0)) {
        fputs("usage: make_rows ndjson|tsv ROWS [SEED]\n", stderr);
        return 2;
    }
    return make_file(tsv ? put_tsv : put_json, strtoull(argv[2], NULL, 10),
                     argc > 3 ? strtoull(argv[3], NULL, 10) : 1);
}
