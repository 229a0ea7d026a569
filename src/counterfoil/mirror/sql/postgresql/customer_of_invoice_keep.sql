-- Before an invoice loses its column {field}: the value goes to the extra fields, unless it stands where it is looked
-- for. That is the payload under this key, and for an invoice with a customer anywhere in the payload or on the
-- customer. A row that only an import has told of has it among its extra fields, as it will when it is mapped again.
UPDATE {invoice} i
   SET extra = i.extra || jsonb_build_object(CASE WHEN i.extra ? '{field}' THEN '{field} (invoice)' ELSE '{field}' END,
                                             i.{field})
 WHERE i.{field} <> ''
   AND (i.extra ->> '{field}') IS DISTINCT FROM i.{field}
   AND (i.ticket_to = -1
        OR (CASE WHEN json_typeof(i.raw) = 'object' AND strpos(i.raw::text, '\u0000') = 0
                 THEN btrim(i.raw ->> '{field}', E' \t\r\n') END) IS DISTINCT FROM i.{field})
   AND (i.ticket_to = -1 OR i.customer_id IS NULL
        OR NOT (CASE WHEN json_typeof(i.raw) = 'object' AND strpos(i.raw::text, '\u0000') = 0
                     THEN EXISTS (SELECT 1 FROM json_each_text(i.raw) AS v
                                   WHERE btrim(v.value, E' \t\r\n') = i.{field})
                     ELSE false END
                OR EXISTS (SELECT 1 FROM {customer} c WHERE c.id = i.customer_id AND i.{field} IN ({theirs}))))
