-- User with the most followers in each country, all ties
-- SPDX-License-Identifier: Apache-2.0

WITH placed AS (
    SELECT places.country, pins.poster_name, pins.follower_count,
           RANK() OVER (PARTITION BY places.country
                        ORDER BY pins.follower_count DESC) AS place
    FROM pins
    JOIN places ON places.ind = pins.ind
    WHERE places.country IS NOT NULL AND pins.follower_count IS NOT NULL
)
SELECT DISTINCT country, poster_name, follower_count
FROM placed
WHERE place = 1
ORDER BY country, poster_name;
