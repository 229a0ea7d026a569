-- Which of these observations are not simply what a present row already holds?
-- Unchanged rows (the mass of every pass) never leave the database.
SELECT o.external_id, c.id, c.version, c.name, c.state, c.state_ticket,
       c.ticket_from, c.ticket_to, c.upstream_modified_at,
       c.hash IS NOT DISTINCT FROM o.hash AS same
  FROM unnest(%(ids)s::text[], %(hashes)s::bytea[]) AS o (external_id, hash)
  LEFT JOIN customer c ON c.connection_id = %(connection)s AND c.external_id = o.external_id
 WHERE c.id IS NULL OR c.hash IS DISTINCT FROM o.hash OR c.state <> 'present'
