-- The lines of a file whose invoice is here with another total or balance, although nobody but an import has told of
-- it. The database compares: it may keep fewer digits than the file has.
SELECT f.line, f.total IS DISTINCT FROM i.total, f.balance IS DISTINCT FROM i.balance
  FROM filed f
  JOIN {invoice} i ON i.connection_id = %(connection)s AND i.external_id = f.external_id
 WHERE i.ticket_to = %(before_all)s
   AND (f.total IS DISTINCT FROM i.total OR f.balance IS DISTINCT FROM i.balance)
