-- How many distinct records one listing attempt held, and how many entries without a usable id.
SELECT (SELECT count(DISTINCT i.value)
          FROM {run_page} p, json_each(p.ids) AS i
         WHERE p.run_id = %(run)s AND p.attempt = %(attempt)s),
       (SELECT coalesce(sum(unidentified), 0) FROM {run_page} WHERE run_id = %(run)s AND attempt = %(attempt)s)
