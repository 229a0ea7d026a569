-- Which of these observations are not simply what a present row already holds?
-- Unchanged rows (the mass of every pass) never leave the database. Hashes travel as hex.
SELECT o.value ->> 0, c.id, c.version, c.{title}, c.state, c.state_ticket,
       c.ticket_from, c.ticket_to, c.upstream_modified_at,
       c.hash
  FROM json_each(%(observations)s) AS o
  LEFT JOIN {table} c ON c.connection_id = %(connection)s AND c.external_id = o.value ->> 0
 WHERE c.id IS NULL OR c.raw_hash IS NULL OR lower(hex(c.raw_hash)) <> o.value ->> 1 OR c.state <> 'present'
