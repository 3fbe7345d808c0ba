-- Most popular category of each year, 2018 to 2022, all ties
-- SPDX-License-Identifier: Apache-2.0

WITH counted AS (
    SELECT post_year, category, SUM(posts) AS category_count
    FROM posts
    WHERE post_year BETWEEN 2018 AND 2022
    GROUP BY post_year, category
), placed AS (
    SELECT post_year, category, category_count,
           RANK() OVER (PARTITION BY post_year
                        ORDER BY category_count DESC) AS place
    FROM counted
)
SELECT post_year, category, category_count
FROM placed
WHERE place = 1
ORDER BY post_year, category;
