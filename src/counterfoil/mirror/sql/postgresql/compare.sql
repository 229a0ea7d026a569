-- Which of these observations are not simply what a present row already holds?
-- Unchanged rows (the mass of every pass) never leave the database. LATERAL with LIMIT: one index lookup per
-- observation whatever the statistics say; a table that was just filled has none yet. Ids and hashes (hex) travel
-- as JSON lists: one parameter is much cheaper to send than a thousand.
SELECT o.external_id, c.id, c.version, c.{title}, c.state, c.state_ticket,
       c.ticket_from, c.ticket_to, c.upstream_modified_at,
       c.hash
  FROM (SELECT external_id, decode(hash, 'hex') AS hash
          FROM ROWS FROM (json_array_elements_text(%(ids)s), json_array_elements_text(%(hashes)s))
            AS t (external_id, hash)) AS o
  LEFT JOIN LATERAL (SELECT * FROM {table}
                      WHERE connection_id = %(connection)s AND external_id = o.external_id
                      LIMIT 1) AS c ON true
 WHERE c.id IS NULL OR c.raw_hash IS DISTINCT FROM o.hash OR c.state <> 'present'
