/* SPDX-License-Identifier: Apache-2.0 */

/*
 * people - user_data: ind, first_name, last_name, age, date_joined
 *
 * A row is one of some thousand people, a few of which turn up again and again,
 * always with the same age and date.  Nobody joined after the first post.
 */

#include "dice.h"
#include "pen.h"
#include "rows.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define TABLE 3
#define PERSON 4
/* So many that 11,154 rows meet about 5,300 of them. */
#define PEOPLE 9300
#define FIRST_JOINED INT64_C(1445385600) /* 2015-10-21 00:00:00 UTC */
#define JOINED_SPAN 63040422             /* .. 2017-10-19 15:13:41 */

static const char *const columns[] = { "ind", "first_name", "last_name", "age",
                                       "date_joined" };

static const char *const first_names[] = {
    "Aaron",  "Abigail", "Adam",    "Agnes",   "Alan",    "Alba",   "Alex",
    "Alice",  "Alma",    "Amber",   "Amy",     "Andrea",  "Anna",   "Anton",
    "April",  "Arthur",  "Astrid",  "Audrey",  "Barbara", "Basil",  "Beatrix",
    "Ben",    "Bertha",  "Bianca",  "Boris",   "Brenda",  "Bruno",  "Carla",
    "Carmen", "Cecilia", "Celia",   "Charles", "Clara",   "Colin",  "Cora",
    "Curtis", "Cyril",   "Daisy",   "Daniel",  "Daphne",  "David",  "Dennis",
    "Diana",  "Dora",    "Edgar",   "Edith",   "Edwin",   "Elena",  "Elias",
    "Elsa",   "Emil",    "Emma",    "Eric",    "Esther",  "Eva",    "Fabian",
    "Felix",  "Fiona",   "Flora",   "Frank",   "Frida",   "Gary",   "Gemma",
    "George", "Gerda",   "Gilbert", "Gloria",  "Grace",   "Greta",  "Hanna",
    "Harold", "Hazel",   "Helen",   "Henry",   "Hilda",   "Hugo",   "Ida",
    "Ines",   "Irene",   "Isaac",   "Ivan",    "Ivy",     "Jacob",  "Jane",
    "Jasper", "Joan",    "Joel",    "Jonas",   "Judith",  "Julia",  "Karen",
    "Karl",   "Kevin",   "Kira",    "Laura",   "Leo",     "Lily",   "Linda",
    "Louis",  "Lucia",   "Lydia",   "Marcus",  "Maria",   "Martin", "Maud",
    "Max",    "Mia",     "Mona",    "Nadia",   "Nathan",  "Nina",   "Noah",
    "Nora",   "Olga",    "Oliver",  "Oscar",   "Otto",    "Paula",  "Peter",
    "Petra",  "Philip",  "Quentin", "Rachel",  "Ralph",   "Rita",   "Robert",
    "Rosa",   "Ruben",   "Ruth",    "Samuel",  "Sandra",  "Sonia",  "Stella",
    "Susan",  "Tessa",   "Thomas",  "Tina",    "Ulrich",  "Ursula", "Vera",
    "Victor", "Viola",   "Walter",  "Wanda",   "William", "Yvonne", "Zoe",
};

/* A surname is one of these and one of those. */
static const char *const surname_heads[] = {
    "Ash",  "Beck",  "Birch", "Black", "Brad", "Brook", "Carl",  "Clay",
    "Dal",  "Elm",   "Fair",  "Glen",  "Hart", "Holl",  "Kings", "Lang",
    "Mill", "North", "Oak",   "Red",   "Rock", "Stan",  "Thorn", "Whit",
};
static const char *const surname_tails[] = {
    "bourne", "by",    "combe", "dale",  "don",  "fell", "field",
    "ford",   "grove", "ham",   "hurst", "land", "ley",  "man",
    "more",   "ridge", "son",   "stead", "ton",  "well", "wood",
};

static struct mill_value
write_first_name(struct pen *pen, struct dice *dice)
{
    pen_begin(pen);
    pen_text(pen, first_names[dice_below(dice, COUNT(first_names))]);
    return pen_cell(pen);
}

static struct mill_value
write_last_name(struct pen *pen, struct dice *dice)
{
    pen_begin(pen);
    pen_text(pen, surname_heads[dice_below(dice, COUNT(surname_heads))]);
    pen_text(pen, surname_tails[dice_below(dice, COUNT(surname_tails))]);
    return pen_cell(pen);
}

static bool
make_person(struct mill_batch *batch, struct mill_value *row, uint64_t seed,
            uint64_t number)
{
    struct dice dice = dice_for(seed, TABLE, number);
    struct dice person = dice_for(seed, PERSON, dice_skewed(&dice, PEOPLE));
    size_t room;
    struct pen pen = { .at = mill_batch_reserve(batch, PEN_ROOM, &room) };
    char *from = pen.at;

    if (!from)
        return false;
    row[0] = mill_int((int64_t)number);
    row[1] = write_first_name(&pen, &person);
    row[2] = write_last_name(&pen, &person);
    row[3] = mill_int(20 + (int64_t)dice_skewed(&person, 41));
    row[4] = mill_timestamp(
        (FIRST_JOINED + (int64_t)dice_skewed(&person, JOINED_SPAN)) * 1000000);
    mill_batch_use(batch, (size_t)(pen.at - from));
    return true;
}

const struct maker maker_people = {
    .stream = "user_data",
    .columns = columns,
    .column_count = sizeof(columns) / sizeof(columns[0]),
    .make = make_person,
};
