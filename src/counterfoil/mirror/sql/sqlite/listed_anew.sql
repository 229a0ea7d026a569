-- How many records one listing attempt held that the one before it did not, and the other way round.
  WITH now AS (SELECT i.value FROM {run_page} p, json_each(p.ids) AS i
                WHERE p.run_id = %(run)s AND p.attempt = %(attempt)s),
       before AS (SELECT i.value FROM {run_page} p, json_each(p.ids) AS i
                   WHERE p.run_id = %(run)s AND p.attempt = %(attempt)s - 1)
SELECT (SELECT count(*) FROM (SELECT value FROM now EXCEPT SELECT value FROM before)),
       (SELECT count(*) FROM (SELECT value FROM before EXCEPT SELECT value FROM now))
