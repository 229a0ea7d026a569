-- Whether one of the first records with exactly this word is the connection's; null where there are more of others.
SELECT coalesce(max(connection_id = %(connection)s), 0) OR CASE WHEN count(*) = %(most)s THEN NULL ELSE 0 END
  FROM (SELECT c.connection_id FROM {customer_search} s JOIN {customer} c ON c.id = +s.rowid
         WHERE {customer_search} MATCH %(query)s LIMIT %(most)s)
