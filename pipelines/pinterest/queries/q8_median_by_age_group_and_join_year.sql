-- Median follower count by age group and year joined, 2015 to 2020
-- SPDX-License-Identifier: Apache-2.0
--
-- The one value in the middle, or half way between the two.

WITH tagged AS (
    SELECT CASE WHEN age BETWEEN 18 AND 24 THEN '18-24'
                WHEN age BETWEEN 25 AND 35 THEN '25-35'
                WHEN age BETWEEN 36 AND 50 THEN '36-50'
                WHEN age > 50 THEN '50+'
           END AS age_group,
           join_year AS post_year, follower_count, users
    FROM followers
), counted AS (
    SELECT age_group, post_year, follower_count, SUM(users) AS users
    FROM tagged
    WHERE age_group IS NOT NULL
      AND post_year BETWEEN 2015 AND 2020
    GROUP BY age_group, post_year, follower_count
), placed AS (
    SELECT age_group, post_year, follower_count, users,
           SUM(users) OVER (PARTITION BY age_group, post_year
                            ORDER BY follower_count) AS upto,
           SUM(users) OVER (PARTITION BY age_group, post_year) AS total
    FROM counted
)
SELECT age_group, post_year,
       ROUND(AVG(follower_count), 1) AS median_follower_count
FROM placed
WHERE 2 * upto >= total AND 2 * (upto - users) <= total
GROUP BY age_group, post_year
ORDER BY age_group, post_year;
