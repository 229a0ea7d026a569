-- The newest pages that held these records and were not over before `since`.
SELECT i.external_id, max(p.ticket), max(p.ended)
  FROM {run_page} p
  JOIN {run} r ON r.id = p.run_id AND r.resource = %(resource)s
 CROSS JOIN LATERAL jsonb_array_elements_text(p.ids) AS i (external_id)
 WHERE p.connection_id = %(connection)s AND p.ended >= %(since)s AND i.external_id = ANY(%(ids)s)
 GROUP BY i.external_id
