-- Whether a record of the connection has exactly this word.
SELECT EXISTS (SELECT 1 FROM {customer} WHERE search @@ %(query)s::tsquery AND connection_id = %(connection)s)
