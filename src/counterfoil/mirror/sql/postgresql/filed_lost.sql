-- The first lines of a file whose invoice is not here, or is here with another amount than the file says although
-- nobody but an import has told it.
SELECT f.line, i.id IS NULL
  FROM filed f
  LEFT JOIN {invoice} i ON i.connection_id = %(connection)s AND i.external_id = f.external_id
 WHERE i.id IS NULL
    OR (i.ticket_to = %(before_all)s AND (f.total IS DISTINCT FROM i.total OR f.balance IS DISTINCT FROM i.balance))
 ORDER BY f.line
 LIMIT %(most)s
