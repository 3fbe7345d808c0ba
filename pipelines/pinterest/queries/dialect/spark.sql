-- What the nine questions read, for Spark SQL
-- SPDX-License-Identifier: Apache-2.0
--
-- pins, places and people are the cleaned tables with each row once, and of
-- moments the year; posts and followers count them, as several questions want.
-- Years are those of the session's time zone, which should be UTC.  Run in the
-- same session before the questions:
--
--     cat dialect/spark.sql q*.sql > all.sql && spark-sql -f all.sql

CREATE OR REPLACE TEMPORARY VIEW pins AS
SELECT ind, category, poster_name, follower_count
FROM (SELECT DISTINCT * FROM pin_table) AS once;

CREATE OR REPLACE TEMPORARY VIEW places AS
SELECT ind, country, YEAR(`timestamp`) AS post_year
FROM (SELECT DISTINCT * FROM geo_table) AS once;

CREATE OR REPLACE TEMPORARY VIEW people AS
SELECT ind, age, YEAR(date_joined) AS join_year
FROM (SELECT DISTINCT * FROM user_table) AS once;

CREATE OR REPLACE TEMPORARY VIEW posts AS
SELECT places.country, places.post_year, pins.category, COUNT(*) AS posts
FROM pins
JOIN places ON places.ind = pins.ind
GROUP BY places.country, places.post_year, pins.category;

CREATE OR REPLACE TEMPORARY VIEW followers AS
SELECT people.age, people.join_year, pins.follower_count, COUNT(*) AS users
FROM pins
JOIN people ON people.ind = pins.ind
WHERE pins.follower_count IS NOT NULL
GROUP BY people.age, people.join_year, pins.follower_count;
