/* SPDX-License-Identifier: Apache-2.0 */

/*
 * pins - pinterest_data, with the placeholders that its scraper left
 *
 * What holds for every row, as in the real table:
 *
 *   - downloaded is 0 where image_src is the error, else 1
 *   - poster_name and follower_count are the error together
 *   - a multi-video has no description, or next to none
 *   - a row of nothing but placeholders is a multi-video
 *   - each category is one run of rows
 */

#include "dice.h"
#include "pen.h"
#include "rows.h"
#include "words.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define TABLE 1

enum {
    INDEX,
    UNIQUE_ID,
    TITLE,
    DESCRIPTION,
    POSTER_NAME,
    FOLLOWER_COUNT,
    TAG_LIST,
    IS_IMAGE_OR_VIDEO,
    IMAGE_SRC,
    DOWNLOADED,
    SAVE_LOCATION,
    CATEGORY,
};

static const char *const columns[] = {
    [INDEX] = "index",
    [UNIQUE_ID] = "unique_id",
    [TITLE] = "title",
    [DESCRIPTION] = "description",
    [POSTER_NAME] = "poster_name",
    [FOLLOWER_COUNT] = "follower_count",
    [TAG_LIST] = "tag_list",
    [IS_IMAGE_OR_VIDEO] = "is_image_or_video",
    [IMAGE_SRC] = "image_src",
    [DOWNLOADED] = "downloaded",
    [SAVE_LOCATION] = "save_location",
    [CATEGORY] = "category",
};

static const struct {
    uint32_t last; /* row of the category */
    const char *name;
} categories[] = {
    { 891, "art" },
    { 1641, "beauty" },
    { 2636, "christmas" },
    { 3466, "diy-and-crafts" },
    { 4330, "education" },
    { 5077, "event-planning" },
    { 5864, "finance" },
    { 6724, "home-decor" },
    { 7576, "mens-fashion" },
    { 8487, "quotes" },
    { 9457, "tattoos" },
    { 10315, "travel" },
    { TABLE_ROWS - 1, "vehicles" },
};

/* What is wrong with a row, drawn first: much of it hangs together. */
struct faults {
    bool multi_video;
    bool video;
    bool no_title;
    bool no_user;
    bool no_tags;
    bool no_image;
};

static struct faults
draw_faults(struct dice *dice)
{
    struct faults faults = { 0 };
    uint32_t kind = dice_below(dice, 10000);

    if (kind < 75)
        return (struct faults){ true, false, true, true, true, true };
    faults.multi_video = kind < 830;
    faults.video = kind >= 830 && kind < 1130;
    faults.no_title = dice_chance(dice, 6);
    faults.no_user = dice_chance(dice, 15);
    faults.no_tags = dice_chance(dice, 86);
    faults.no_image = dice_chance(dice, 180);
    return faults;
}

static void
write_uuid(struct pen *pen, struct dice *dice)
{
    uint64_t high = dice_bits(dice), low = dice_bits(dice);

    pen_hex(pen, high >> 32, 8);
    pen_char(pen, '-');
    pen_hex(pen, high >> 16, 4);
    pen_text(pen, "-4");
    pen_hex(pen, high, 3);
    pen_char(pen, '-');
    pen_hex(pen, 8 | (low >> 60 & 3), 1);
    pen_hex(pen, low >> 48, 3);
    pen_char(pen, '-');
    pen_hex(pen, low, 12);
}

/* Half of the titles are 15 to 50 bytes long, one in a hundred 134 to 199. */
static size_t
draw_title_length(struct dice *dice)
{
    uint32_t of_100 = dice_below(dice, 100);

    if (of_100 < 50)
        return dice_between(dice, 15, 50);
    if (of_100 < 90)
        return dice_between(dice, 50, 96);
    return of_100 < 99 ? dice_between(dice, 96, 134)
                       : dice_between(dice, 134, 180);
}

/* A word in quotes, a line end, a sign from elsewhere: seldom, but there. */
static void
write_oddities(struct pen *pen, struct dice *dice, uint32_t foreign,
               uint32_t emoji)
{
    if (dice_chance(dice, foreign))
        words_write_foreign(pen, dice);
    if (dice_chance(dice, emoji))
        words_write_emoji(pen, dice);
    if (dice_chance(dice, 200)) {
        pen_text(pen, " ");
        pen_char(pen, '"');
        words_write_few(pen, dice, 2);
        pen_char(pen, '"');
    }
}

static void
write_title(struct pen *pen, struct dice *dice, bool absent)
{
    static const char *const odd[] = { "",      "Untitled", "Slide1",
                                       "photo", "hello",    "S12" };

    if (absent) {
        pen_text(pen, "No Title Data Available");
        return;
    }
    if (dice_chance(dice, 10)) {
        pen_text(pen, odd[dice_below(dice, COUNT(odd))]);
        return;
    }
    words_write(pen, dice, draw_title_length(dice), true);
    write_oddities(pen, dice, 800, 110);
    if (dice_chance(dice, 18)) {
        pen_char(pen, '\n');
        words_write_few(pen, dice, 2);
    }
}

static void
write_long_description(struct pen *pen, struct dice *dice)
{
    uint32_t of_100 = dice_below(dice, 100);
    bool cut = of_100 < 40;

    if (cut)
        words_write(pen, dice, dice_between(dice, 144, 168), false);
    else if (of_100 < 78)
        words_write(pen, dice, dice_between(dice, 20, 147), false);
    else
        words_write(pen, dice, dice_between(dice, 147, 179), false);
    write_oddities(pen, dice, 750, 65);
    if (cut)
        pen_text(pen, "\u2026\u00a0"); /* how the site cuts a text */
    else
        pen_char(pen, '.');
    if (dice_chance(dice, 2))
        pen_char(pen, '\t');
}

static void
write_description(struct pen *pen, struct dice *dice,
                  const struct faults *faults)
{
    uint32_t of_10000 = dice_below(dice, 10000);

    if (faults->multi_video && (faults->no_title || of_10000 < 9100))
        pen_text(pen, "No description available Story format");
    else if (faults->multi_video ? of_10000 < 9850 : of_10000 < 115)
        pen_text(pen, "No description available");
    else if (faults->multi_video || of_10000 < 120)
        pen_text(pen, of_10000 & 1 ? "Untitled" : "Art.");
    else
        write_long_description(pen, dice);
}

static void
write_poster(struct pen *pen, struct dice *dice, bool absent)
{
    if (absent) {
        pen_text(pen, "User Info Error");
        return;
    }
    words_write_few(pen, dice, dice_between(dice, 1, 4));
    if (dice_chance(dice, 100)) {
        pen_text(pen, " | ");
        words_write(pen, dice, dice_between(dice, 60, 240), true);
    }
    if (dice_chance(dice, 300))
        words_write_foreign(pen, dice);
}

/* 18% plain numbers, 8% millions, the rest thousands; never a decimal. */
static void
write_followers(struct pen *pen, struct dice *dice, bool absent)
{
    static const uint8_t millions[] = { 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 15 };
    static const uint32_t scale[] = { 9, 99, 999 };
    uint32_t of_100 = dice_below(dice, 100);

    if (absent) {
        pen_text(pen, "User Info Error");
    } else if (of_100 < 18) {
        uint32_t most = scale[dice_below(dice, COUNT(scale))];

        pen_number(pen,
                   dice_chance(dice, 500) ? 0 : dice_between(dice, 1, most), 1);
    } else if (of_100 < 26) {
        pen_number(pen, millions[dice_below(dice, COUNT(millions))], 1);
        pen_char(pen, 'M');
    } else {
        uint32_t most = scale[dice_below(dice, COUNT(scale))];

        pen_number(pen, dice_between(dice, 1, most), 1);
        pen_char(pen, 'k');
    }
}

static void
write_tags(struct pen *pen, struct dice *dice, bool absent)
{
    unsigned tags = dice_chance(dice, 9860) ? 9 : dice_between(dice, 1, 8);

    if (absent) {
        pen_text(pen, "N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e");
        return;
    }
    for (unsigned i = 0; i < tags; i++) {
        if (i > 0)
            pen_char(pen, ',');
        words_write_few(pen, dice, dice_between(dice, 2, 4));
    }
}

static void
write_image(struct pen *pen, struct dice *dice, const struct faults *faults)
{
    uint64_t high = dice_bits(dice), low = dice_bits(dice);
    bool film = faults->video || faults->multi_video;

    if (faults->no_image) {
        pen_text(pen, "Image src error.");
        return;
    }
    pen_text(pen, film ? "https://i.pin.example/videos/thumbnails/originals/"
                       : "https://i.pin.example/originals/");
    for (int shift = 56; shift > 32; shift -= 8) {
        pen_hex(pen, high >> shift, 2);
        pen_char(pen, '/');
    }
    pen_hex(pen, high, 16);
    pen_hex(pen, low, 16);
    pen_text(pen, film ? ".0000001.jpg" : ".jpg");
}

static const char *
category_of(uint64_t number)
{
    uint32_t place = (uint32_t)(number % TABLE_ROWS);
    size_t i = 0;

    while (categories[i].last < place)
        i++;
    return categories[i].name;
}

static const char *
kind_of(const struct faults *faults)
{
    if (faults->multi_video)
        return "multi-video(story page format)";
    return faults->video ? "video" : "image";
}

/* The columns that are drawn. */
static void
write_texts(struct pen *pen, struct dice *dice, struct mill_value *row)
{
    struct faults faults = draw_faults(dice);

    pen_begin(pen);
    write_uuid(pen, dice);
    row[UNIQUE_ID] = pen_cell(pen);
    pen_begin(pen);
    write_title(pen, dice, faults.no_title);
    row[TITLE] = pen_cell(pen);
    pen_begin(pen);
    write_description(pen, dice, &faults);
    row[DESCRIPTION] = pen_cell(pen);
    pen_begin(pen);
    write_poster(pen, dice, faults.no_user);
    row[POSTER_NAME] = pen_cell(pen);
    pen_begin(pen);
    write_followers(pen, dice, faults.no_user);
    row[FOLLOWER_COUNT] = pen_cell(pen);
    pen_begin(pen);
    write_tags(pen, dice, faults.no_tags);
    row[TAG_LIST] = pen_cell(pen);
    pen_begin(pen);
    pen_text(pen, kind_of(&faults));
    row[IS_IMAGE_OR_VIDEO] = pen_cell(pen);
    pen_begin(pen);
    write_image(pen, dice, &faults);
    row[IMAGE_SRC] = pen_cell(pen);
    row[DOWNLOADED] = mill_int(!faults.no_image);
}

static bool
make_pin(struct mill_batch *batch, struct mill_value *row, uint64_t seed,
         uint64_t number)
{
    struct dice dice = dice_for(seed, TABLE, number);
    const char *category = category_of(number);
    size_t room;
    struct pen pen = { .at = mill_batch_reserve(batch, PEN_ROOM, &room) };
    char *from = pen.at;

    if (!from)
        return false;
    row[INDEX] = mill_int((int64_t)number);
    write_texts(&pen, &dice, row);
    pen_begin(&pen);
    pen_text(&pen, "Local save in /data/");
    row[CATEGORY] = mill_text(MILL_TEXT, pen.at, strlen(category));
    row[CATEGORY].flags = MILL_PLAIN;
    pen_text(&pen, category);
    row[SAVE_LOCATION] = pen_cell(&pen);
    mill_batch_use(batch, (size_t)(pen.at - from));
    return true;
}

const struct maker maker_pins = {
    .stream = "pinterest_data",
    .columns = columns,
    .column_count = COUNT(columns),
    .make = make_pin,
};
