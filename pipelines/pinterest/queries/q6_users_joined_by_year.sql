-- Users who joined in each year, 2015 to 2020
-- SPDX-License-Identifier: Apache-2.0

SELECT join_year AS post_year, COUNT(*) AS number_users_joined
FROM people
WHERE join_year BETWEEN 2015 AND 2020
GROUP BY join_year
ORDER BY join_year;
