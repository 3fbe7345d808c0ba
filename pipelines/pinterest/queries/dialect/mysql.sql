-- What the nine questions read, for MySQL 8 and MariaDB
-- SPDX-License-Identifier: Apache-2.0
--
-- pins, places and people are the cleaned tables with each row once, and of
-- moments the year; posts and followers count them, as several questions want.
-- Texts are compared and ordered by their bytes, as everywhere else, whatever
-- the collation of the tables.  Run in the same session before the questions:
--
--     cat dialect/mysql.sql q*.sql | mariadb DATABASE
--
-- Temporary tables, so that all that is done once and not nine times.

DROP TEMPORARY TABLE IF EXISTS pins;
CREATE TEMPORARY TABLE pins (INDEX (ind)) AS
SELECT ind,
       CONVERT(category USING utf8mb4) COLLATE utf8mb4_bin AS category,
       CONVERT(poster_name USING utf8mb4) COLLATE utf8mb4_bin AS poster_name,
       follower_count
FROM (SELECT DISTINCT ind, BINARY unique_id, BINARY title, BINARY description,
                      follower_count, BINARY poster_name AS poster_name,
                      BINARY tag_list, BINARY is_image_or_video,
                      BINARY image_src, BINARY save_location,
                      BINARY category AS category
      FROM pin_table) AS once;

DROP TEMPORARY TABLE IF EXISTS places;
CREATE TEMPORARY TABLE places (INDEX (ind)) AS
SELECT ind, CONVERT(country USING utf8mb4) COLLATE utf8mb4_bin AS country,
       YEAR(`timestamp`) AS post_year
FROM (SELECT DISTINCT ind, BINARY country AS country, BINARY coordinates,
                      `timestamp`
      FROM geo_table) AS once;

DROP TEMPORARY TABLE IF EXISTS people;
CREATE TEMPORARY TABLE people (INDEX (ind)) AS
SELECT ind, age, YEAR(date_joined) AS join_year
FROM (SELECT DISTINCT ind, BINARY user_name, age, date_joined
      FROM user_table) AS once;

DROP TEMPORARY TABLE IF EXISTS posts;
CREATE TEMPORARY TABLE posts AS
SELECT places.country, places.post_year, pins.category, COUNT(*) AS posts
FROM pins
JOIN places ON places.ind = pins.ind
GROUP BY places.country, places.post_year, pins.category;

DROP TEMPORARY TABLE IF EXISTS followers;
CREATE TEMPORARY TABLE followers AS
SELECT people.age, people.join_year, pins.follower_count, COUNT(*) AS users
FROM pins
JOIN people ON people.ind = pins.ind
WHERE pins.follower_count IS NOT NULL
GROUP BY people.age, people.join_year, pins.follower_count;
