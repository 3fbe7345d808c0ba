-- What the nine questions read, for PostgreSQL
-- SPDX-License-Identifier: Apache-2.0
--
-- pins, places and people are the cleaned tables with each row once, and of
-- moments the year; posts and followers count them, as several questions want.
-- Names are ordered by their bytes, as everywhere else.  Run in the same session
-- before the questions:
--
--     cat dialect/postgresql.sql q*.sql | psql
--
-- Temporary tables, so that all that is done once and not nine times.

DROP TABLE IF EXISTS pg_temp.pins;
CREATE TEMPORARY TABLE pins AS
SELECT ind, category COLLATE "C" AS category,
       poster_name COLLATE "C" AS poster_name, follower_count
FROM (SELECT DISTINCT * FROM pin_table) AS once;

DROP TABLE IF EXISTS pg_temp.places;
CREATE TEMPORARY TABLE places AS
SELECT ind, country COLLATE "C" AS country,
       CAST(EXTRACT(YEAR FROM "timestamp") AS INTEGER) AS post_year
FROM (SELECT DISTINCT ind, country, CAST(coordinates AS TEXT), "timestamp"
      FROM geo_table) AS once;

DROP TABLE IF EXISTS pg_temp.people;
CREATE TEMPORARY TABLE people AS
SELECT ind, age, CAST(EXTRACT(YEAR FROM date_joined) AS INTEGER) AS join_year
FROM (SELECT DISTINCT * FROM user_table) AS once;

ANALYZE pins;
ANALYZE places;
ANALYZE people;

DROP TABLE IF EXISTS pg_temp.posts;
CREATE TEMPORARY TABLE posts AS
SELECT places.country, places.post_year, pins.category, COUNT(*) AS posts
FROM pins
JOIN places ON places.ind = pins.ind
GROUP BY places.country, places.post_year, pins.category;

DROP TABLE IF EXISTS pg_temp.followers;
CREATE TEMPORARY TABLE followers AS
SELECT people.age, people.join_year, pins.follower_count, COUNT(*) AS users
FROM pins
JOIN people ON people.ind = pins.ind
WHERE pins.follower_count IS NOT NULL
GROUP BY people.age, people.join_year, pins.follower_count;
