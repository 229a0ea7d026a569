-- When runs that are under way had pages that held these records (a JSON list); a dry run's pages vouch for nothing.
-- Only the pages of such runs are unfolded: most of the time there are none.
SELECT i.value, max(p.at)
FROM {run_page} p
CROSS JOIN LATERAL jsonb_array_elements_text(p.ids) AS i(value)
WHERE p.run_id = ANY (ARRAY(SELECT id FROM {run} WHERE connection_id = %(connection)s AND resource = %(resource)s
                                             AND state = 'running'))
    AND p.ended > 0
    AND i.value = ANY (ARRAY(SELECT jsonb_array_elements_text(%(ids)s::jsonb)))
GROUP BY i.value
