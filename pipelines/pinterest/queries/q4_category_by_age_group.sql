-- Most popular category in each age group
-- SPDX-License-Identifier: Apache-2.0

WITH tagged AS (
    SELECT CASE WHEN people.age BETWEEN 18 AND 24 THEN '18-24'
                WHEN people.age BETWEEN 25 AND 35 THEN '25-35'
                WHEN people.age BETWEEN 36 AND 50 THEN '36-50'
                WHEN people.age > 50 THEN '50+'
           END AS age_group,
           pins.category
    FROM pins
    JOIN people ON people.ind = pins.ind
), counted AS (
    SELECT age_group, category, COUNT(*) AS category_count
    FROM tagged
    WHERE age_group IS NOT NULL
    GROUP BY age_group, category
), placed AS (
    SELECT age_group, category, category_count,
           ROW_NUMBER() OVER (PARTITION BY age_group
                              ORDER BY category_count DESC, category) AS place
    FROM counted
)
SELECT age_group, category, category_count
FROM placed
WHERE place = 1
ORDER BY age_group;
