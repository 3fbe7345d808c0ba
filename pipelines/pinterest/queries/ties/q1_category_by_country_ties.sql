-- Most popular category in each country, all ties
-- SPDX-License-Identifier: Apache-2.0

WITH tagged AS (
    SELECT places.country,
           pins.category
    FROM pins
    JOIN places ON places.ind = pins.ind
), counted AS (
    SELECT country, category, COUNT(*) AS category_count
    FROM tagged
    WHERE country IS NOT NULL
    GROUP BY country, category
), placed AS (
    SELECT country, category, category_count,
           RANK() OVER (PARTITION BY country
                        ORDER BY category_count DESC) AS place
    FROM counted
)
SELECT country, category, category_count
FROM placed
WHERE place = 1
ORDER BY country, category;
