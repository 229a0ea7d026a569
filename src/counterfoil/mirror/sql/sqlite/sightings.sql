-- The newest pages that held these records and were not over before `since`.
SELECT i.value, max(p.ticket), max(p.ended)
  FROM {run_page} p
 CROSS JOIN {run} r ON r.id = p.run_id AND r.resource = %(resource)s
 CROSS JOIN json_each(p.ids) AS i
 WHERE p.connection_id = %(connection)s AND p.ended >= %(since)s
   AND i.value IN (SELECT value FROM json_each(%(ids)s))
 GROUP BY i.value
