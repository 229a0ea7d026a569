-- When runs that are under way had pages that held these records (a JSON list); a dry run's pages vouch for nothing.
SELECT i.value, max(p.at)
FROM run r
JOIN run_page p ON p.run_id = r.id AND p.ended > 0
CROSS JOIN LATERAL jsonb_array_elements_text(p.ids) AS i(value)
WHERE r.connection_id = %(connection)s AND r.state = 'running'
    AND i.value = ANY (ARRAY(SELECT jsonb_array_elements_text(%(ids)s::jsonb)))
GROUP BY i.value
