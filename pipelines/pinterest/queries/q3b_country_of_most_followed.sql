-- Country of the user with the most followers
-- SPDX-License-Identifier: Apache-2.0

SELECT places.country, pins.follower_count
FROM pins
JOIN places ON places.ind = pins.ind
WHERE places.country IS NOT NULL AND pins.follower_count IS NOT NULL
ORDER BY pins.follower_count DESC, places.country
LIMIT 1;
