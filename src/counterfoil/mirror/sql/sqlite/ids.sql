-- The ids of rows by their external ids.
SELECT external_id, id FROM {table}
 WHERE connection_id = %(connection)s AND external_id IN (SELECT value FROM json_each(%(ids)s))
