-- Country of the user with the most followers, all ties
-- SPDX-License-Identifier: Apache-2.0

WITH most AS (
    SELECT places.country, MAX(pins.follower_count) AS follower_count
    FROM pins
    JOIN places ON places.ind = pins.ind
    WHERE places.country IS NOT NULL AND pins.follower_count IS NOT NULL
    GROUP BY places.country
), placed AS (
    SELECT country, follower_count,
           RANK() OVER (ORDER BY follower_count DESC) AS place
    FROM most
)
SELECT country, follower_count
FROM placed
WHERE place = 1
ORDER BY country;
