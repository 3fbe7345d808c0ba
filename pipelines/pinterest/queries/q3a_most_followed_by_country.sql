-- User with the most followers in each country
-- SPDX-License-Identifier: Apache-2.0

WITH named AS (
    SELECT places.country, pins.follower_count,
           MIN(pins.poster_name) AS poster_name
    FROM pins
    JOIN places ON places.ind = pins.ind
    WHERE places.country IS NOT NULL AND pins.follower_count IS NOT NULL
    GROUP BY places.country, pins.follower_count
), placed AS (
    SELECT country, poster_name, follower_count,
           ROW_NUMBER() OVER (PARTITION BY country
                              ORDER BY follower_count DESC) AS place
    FROM named
)
SELECT country, poster_name, follower_count
FROM placed
WHERE place = 1
ORDER BY country;
