-- Present rows that a complete listing did not hold, and that nothing has observed since it began.
-- MATERIALIZED and CROSS JOIN keep this order: the ids come from an index alone, and only rows not listed are read.
{insert}
  WITH absent AS MATERIALIZED (
       SELECT external_id FROM {table} WHERE connection_id = %(connection)s AND external_id IS NOT NULL
       EXCEPT
       SELECT i.value FROM {run_page} p, json_each(p.ids) AS i
        WHERE p.run_id = %(run)s AND p.attempt = %(attempt)s)
SELECT {columns}
  FROM absent
 CROSS JOIN {table} c ON c.connection_id = %(connection)s AND c.external_id = absent.external_id
 WHERE c.state = 'present'
   AND c.ticket_to < (SELECT min(ticket) FROM {run_page} WHERE run_id = %(run)s AND attempt = %(attempt)s)
{where}
