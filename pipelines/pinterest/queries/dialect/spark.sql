-- pins, places and people for Spark SQL
-- SPDX-License-Identifier: Apache-2.0
--
-- What the nine questions read: the cleaned tables with each row once, and of
-- moments the year (in the session's time zone, which should be UTC).  Run in
-- the same session before the questions:
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
