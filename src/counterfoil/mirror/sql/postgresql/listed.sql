-- How many distinct records one listing attempt held, and how many entries without a usable id.
SELECT (SELECT count(DISTINCT i.external_id)
          FROM {run_page} p, jsonb_array_elements_text(p.ids) AS i (external_id)
         WHERE p.run_id = %(run)s AND p.attempt = %(attempt)s),
       (SELECT coalesce(sum(unidentified), 0) FROM {run_page} WHERE run_id = %(run)s AND attempt = %(attempt)s)
