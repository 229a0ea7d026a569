-- The values of an indexed column in one connection, and how many rows have each, counted up to a cap.
-- It jumps through the index from one value to the next; no value means rows without one.
WITH RECURSIVE found (value) AS (
    SELECT (SELECT min({column}) FROM {table} WHERE connection_id = %(connection)s)
    UNION ALL
    SELECT (SELECT min(c.{column}) FROM {table} c WHERE c.connection_id = %(connection)s AND c.{column} > found.value)
      FROM found
     WHERE found.value IS NOT NULL
)
SELECT value,
       (SELECT count(*)
          FROM (SELECT 1 FROM {table} c
                 WHERE c.connection_id = %(connection)s AND c.{column} = found.value
                 LIMIT %(cap)s) AS counted)
  FROM found
 WHERE value IS NOT NULL
UNION ALL
SELECT NULL,
       (SELECT count(*)
          FROM (SELECT 1 FROM {table} c
                 WHERE c.connection_id = %(connection)s AND c.{column} IS NULL
                 LIMIT %(cap)s) AS counted)
