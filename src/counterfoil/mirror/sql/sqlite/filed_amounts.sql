-- The lines of a file whose invoice is here with another total or balance, although nobody but an import has told of
-- it. The database compares: it may keep fewer digits than the file has.
SELECT f.line, CAST(f.total AS NUMERIC) IS NOT i.total, CAST(f.balance AS NUMERIC) IS NOT i.balance
  FROM filed f
  JOIN {invoice} i ON i.connection_id = %(connection)s AND i.external_id = f.external_id
 WHERE i.ticket_to = %(before_all)s
   AND (CAST(f.total AS NUMERIC) IS NOT i.total OR CAST(f.balance AS NUMERIC) IS NOT i.balance)
