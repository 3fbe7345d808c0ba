-- What the nine questions read, for SQLite
-- SPDX-License-Identifier: Apache-2.0
--
-- pins, places and people are the cleaned tables with each row once, and of
-- moments the year; posts and followers count them, as several questions want.
-- Run in the same session before the questions:
--
--     cat dialect/sqlite.sql q*.sql | sqlite3 -box out.db
--
-- Temporary tables, so that all that is done once and not nine times.  A
-- moment is a text that begins with its year.

-- Pins are wide, and most keys come once: only the others are compared.
DROP TABLE IF EXISTS temp.repeated;
CREATE TEMPORARY TABLE repeated AS
SELECT ind FROM pin_table GROUP BY ind HAVING COUNT(*) > 1;

DROP TABLE IF EXISTS temp.pins;
CREATE TEMPORARY TABLE pins AS
SELECT ind, category, poster_name, follower_count
FROM pin_table
WHERE ind NOT IN (SELECT ind FROM repeated)
UNION ALL
SELECT ind, category, poster_name, follower_count
FROM (SELECT DISTINCT * FROM pin_table
      WHERE ind IN (SELECT ind FROM repeated));

DROP TABLE IF EXISTS temp.places;
CREATE TEMPORARY TABLE places AS
SELECT ind, country, CAST(substr("timestamp", 1, 4) AS INTEGER) AS post_year
FROM (SELECT DISTINCT * FROM geo_table);

DROP TABLE IF EXISTS temp.people;
CREATE TEMPORARY TABLE people AS
SELECT ind, age, CAST(substr(date_joined, 1, 4) AS INTEGER) AS join_year
FROM (SELECT DISTINCT * FROM user_table);

CREATE INDEX temp.places_by_ind ON places (ind, country, post_year);
CREATE INDEX temp.people_by_ind ON people (ind, age, join_year);

DROP TABLE IF EXISTS temp.posts;
CREATE TEMPORARY TABLE posts AS
SELECT places.country, places.post_year, pins.category, COUNT(*) AS posts
FROM pins
JOIN places ON places.ind = pins.ind
GROUP BY places.country, places.post_year, pins.category;

DROP TABLE IF EXISTS temp.followers;
CREATE TEMPORARY TABLE followers AS
SELECT people.age, people.join_year, pins.follower_count, COUNT(*) AS users
FROM pins
JOIN people ON people.ind = pins.ind
WHERE pins.follower_count IS NOT NULL
GROUP BY people.age, people.join_year, pins.follower_count;
