-- How many invoices of a file are here and what they add up to, exactly, on both sides: those that only an import
-- has told (their ticket is before all), those that the upstream has told since, and those that are lost.
SELECT CASE WHEN i.id IS NULL THEN 'lost' WHEN i.ticket_to = %(before_all)s THEN 'imported' ELSE 'upstream' END,
       count(*), count(i.id), sum(f.total), sum(i.total), sum(f.balance), sum(i.balance),
       sum(f.contradicted)
  FROM filed f
  LEFT JOIN {invoice} i ON i.connection_id = %(connection)s AND i.external_id = f.external_id
 GROUP BY 1
