-- When runs that are under way had pages that held these records (a JSON list); a dry run's pages vouch for nothing.
-- CROSS JOIN keeps this order: only the pages of such runs are unfolded, and most of the time there are none.
SELECT i.value, max(p.at)
FROM {run} r
CROSS JOIN {run_page} p ON p.run_id = r.id AND +p.ended > 0
CROSS JOIN json_each(p.ids) AS i
WHERE r.connection_id = %(connection)s AND r.resource = %(resource)s AND r.state = 'running'
    AND i.value IN (SELECT value FROM json_each(%(ids)s))
GROUP BY i.value
