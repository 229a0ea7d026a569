-- Present rows that a complete listing did not hold, and that nothing has observed since it began.
{insert}
SELECT {columns}
  FROM customer c
 WHERE c.connection_id = %(connection)s AND c.state = 'present' AND c.external_id IS NOT NULL
   AND c.ticket_to < (SELECT min(ticket) FROM run_page WHERE run_id = %(run)s AND attempt = %(attempt)s)
   AND c.external_id NOT IN (SELECT i.value FROM run_page p, json_each(p.ids) AS i
                              WHERE p.run_id = %(run)s AND p.attempt = %(attempt)s)
{conflict}
