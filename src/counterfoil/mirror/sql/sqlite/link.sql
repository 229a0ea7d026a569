-- Records whose {key} is one of these (a JSON list) get the customer whom they name; those who name nobody we have
-- keep none until that customer comes. Who is tied as it should be stays untouched.
UPDATE {table}
   SET customer_id = (SELECT c.id FROM {customer} c
                       WHERE c.connection_id = %(connection)s AND c.external_id = {table}.customer_external_id)
 WHERE connection_id = %(connection)s AND {key} IN (SELECT value FROM json_each(%(ids)s))
   AND customer_id IS NOT
       (SELECT c.id FROM {customer} c
         WHERE c.connection_id = %(connection)s AND c.external_id = {table}.customer_external_id)
