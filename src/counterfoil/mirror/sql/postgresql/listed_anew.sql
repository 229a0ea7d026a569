-- How many records one listing attempt held that the one before it did not, and the other way round.
  WITH now AS (SELECT jsonb_array_elements_text(p.ids) AS id FROM {run_page} p
                WHERE p.run_id = %(run)s AND p.attempt = %(attempt)s),
       before AS (SELECT jsonb_array_elements_text(p.ids) AS id FROM {run_page} p
                   WHERE p.run_id = %(run)s AND p.attempt = %(attempt)s - 1)
SELECT (SELECT count(*) FROM (SELECT id FROM now EXCEPT SELECT id FROM before) AS new),
       (SELECT count(*) FROM (SELECT id FROM before EXCEPT SELECT id FROM now) AS gone)
