-- Median follower count of users by the year they joined, 2015 to 2020
-- SPDX-License-Identifier: Apache-2.0
--
-- The one value in the middle, or half way between the two.

WITH counted AS (
    SELECT join_year AS post_year, follower_count, SUM(users) AS users
    FROM followers
    WHERE join_year BETWEEN 2015 AND 2020
    GROUP BY join_year, follower_count
), placed AS (
    SELECT post_year, follower_count, users,
           SUM(users) OVER (PARTITION BY post_year
                            ORDER BY follower_count) AS upto,
           SUM(users) OVER (PARTITION BY post_year) AS total
    FROM counted
)
SELECT post_year, ROUND(AVG(follower_count), 1) AS median_follower_count
FROM placed
WHERE 2 * upto >= total AND 2 * (upto - users) <= total
GROUP BY post_year
ORDER BY post_year;
