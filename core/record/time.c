/* SPDX-License-Identifier: Apache-2.0 */

/* time - timestamps read and written, in the proleptic Gregorian calendar */

#include <millrace/batch.h>

#define SECOND INT64_C(1000000)
#define DAY (INT64_C(86400) * SECOND)

/* 0001-01-01 00:00:00 and the microsecond after 9999-12-31. */
#define FIRST_DAY INT64_C(-719162)
#define END_DAY INT64_C(2932897)

struct text {
    const char *at;
    const char *end;
};

/* Days from 1970-01-01, counted in years that begin in March, so that the day
 * which some years lack is their last. */
static int64_t
days_from_date(int64_t year, int month, int day)
{
    int64_t from_march = month > 2 ? month - 3 : month + 9;

    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * from_march + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year
           - 719468;
}

static void
date_from_days(int64_t days, int64_t *year, int *month, int *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t of_era = days - era * 146097;
    int64_t years =
        (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * years + years / 4 - years / 100);
    int64_t from_march = (5 * of_year + 2) / 153;

    *day = (int)(of_year - (153 * from_march + 2) / 5 + 1);
    *month = (int)(from_march < 10 ? from_march + 3 : from_march - 9);
    *year = years + era * 400 + (*month <= 2);
}

static int
days_in_month(int year, int month)
{
    static const int days[] = {
        31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
    };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && leap ? 29 : days[month - 1];
}

/* Exactly COUNT digits; false, and nothing taken, where there aren't. */
static bool
take_digits(struct text *text, int count, int *number)
{
    int sum = 0;

    if (text->end - text->at < count)
        return false;
    for (int i = 0; i < count; i++) {
        char digit = text->at[i];

        if (digit < '0' || digit > '9')
            return false;
        sum = sum * 10 + (digit - '0');
    }
    text->at += count;
    *number = sum;
    return true;
}

static bool
take(struct text *text, char expected)
{
    if (text->at == text->end || *text->at != expected)
        return false;
    text->at++;
    return true;
}

static bool
take_date(struct text *text, int64_t *days)
{
    int year, month, day;

    if (!take_digits(text, 4, &year) || !take(text, '-')
        || !take_digits(text, 2, &month) || !take(text, '-')
        || !take_digits(text, 2, &day))
        return false;
    if (year < 1 || month < 1 || month > 12 || day < 1
        || day > days_in_month(year, month))
        return false;
    *days = days_from_date(year, month, day);
    return true;
}

/* The digits behind the point, as microseconds. */
static bool
take_fraction(struct text *text, int *fraction)
{
    int digits = 0;
    int digit;

    *fraction = 0;
    while (digits < 6 && take_digits(text, 1, &digit)) {
        *fraction = *fraction * 10 + digit;
        digits++;
    }
    for (int i = digits; i < 6; i++)
        *fraction *= 10;
    return digits > 0;
}

static bool
take_time(struct text *text, int64_t *microseconds)
{
    int hours, minutes, seconds;
    int fraction = 0;

    if (!take_digits(text, 2, &hours) || !take(text, ':')
        || !take_digits(text, 2, &minutes) || !take(text, ':')
        || !take_digits(text, 2, &seconds))
        return false;
    if (hours > 23 || minutes > 59 || seconds > 59)
        return false;
    if (take(text, '.') && !take_fraction(text, &fraction))
        return false;
    *microseconds = (hours * 3600 + minutes * 60 + seconds) * SECOND + fraction;
    return true;
}

/* What has to be added to get UTC; nothing there means 0. */
static bool
take_zone(struct text *text, int64_t *microseconds)
{
    int hours, minutes;

    *microseconds = 0;
    if (text->at == text->end || take(text, 'Z'))
        return true;
    bool behind = take(text, '-');
    if (!behind && !take(text, '+'))
        return false;
    if (!take_digits(text, 2, &hours))
        return false;
    take(text, ':');
    if (!take_digits(text, 2, &minutes) || hours > 23 || minutes > 59)
        return false;
    int64_t offset = (hours * 60 + minutes) * 60 * SECOND;
    *microseconds = behind ? offset : -offset;
    return true;
}

bool
mill_timestamp_parse(const char *data, size_t len, int64_t *microseconds)
{
    struct text text = { data, data + len };
    int64_t days;
    int64_t time = 0;
    int64_t zone = 0;

    if (!take_date(&text, &days))
        return false;
    if (text.at < text.end) {
        if (!take(&text, ' ') && !take(&text, 'T'))
            return false;
        if (!take_time(&text, &time) || !take_zone(&text, &zone)
            || text.at < text.end)
            return false;
    }
    int64_t sum = days * DAY + time + zone;
    if (sum < FIRST_DAY * DAY || sum >= END_DAY * DAY)
        return false;
    *microseconds = sum;
    return true;
}

/* Writes NUMBER with DIGITS digits. */
static char *
put_digits(char *to, int64_t number, int digits)
{
    for (int i = digits - 1; i >= 0; i--) {
        to[i] = (char)('0' + number % 10);
        number /= 10;
    }
    return to + digits;
}

static char *
put_year(char *to, int64_t year)
{
    if (year >= 0 && year <= 9999)
        return put_digits(to, year, 4);
    if (year < 0)
        *to++ = '-';
    return put_digits(to, year < 0 ? -year : year, 6);
}

size_t
mill_timestamp_print(char *to, int64_t microseconds, char separator)
{
    int64_t days = microseconds / DAY - (microseconds % DAY < 0);
    int64_t time = microseconds % DAY + (microseconds % DAY < 0 ? DAY : 0);
    int64_t seconds = time / SECOND;
    int64_t year;
    int month, day;
    char *at = to;

    date_from_days(days, &year, &month, &day);
    at = put_year(at, year);
    *at++ = '-';
    at = put_digits(at, month, 2);
    *at++ = '-';
    at = put_digits(at, day, 2);
    *at++ = separator;
    at = put_digits(at, seconds / 3600, 2);
    *at++ = ':';
    at = put_digits(at, seconds / 60 % 60, 2);
    *at++ = ':';
    at = put_digits(at, seconds % 60, 2);
    if (time % SECOND) {
        *at++ = '.';
        at = put_digits(at, time % SECOND, 6);
    }
    return (size_t)(at - to);
}
