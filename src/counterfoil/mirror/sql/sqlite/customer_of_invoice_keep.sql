-- Before an invoice loses its column {field}: the value goes to the extra fields, unless it stands where it is looked
-- for. That is the payload under this key, and for an invoice with a customer anywhere in the payload or on the
-- customer. A row that only an import has told of has it among its extra fields, as it will when it is mapped again.
UPDATE {invoice} AS i
   SET extra = json_set(i.extra, CASE WHEN json_type(i.extra, '$.{field}') IS NULL
                                      THEN '$.{field}' ELSE '$."{field} (invoice)"' END, i.{field})
 WHERE i.{field} <> ''
   AND json_extract(i.extra, '$.{field}') IS NOT i.{field}
   AND (i.ticket_to = -1
        OR (CASE WHEN json_valid(i.raw)
                 THEN trim(json_extract(i.raw, '$.{field}'), ' ' || char(9, 10, 13)) END) IS NOT i.{field})
   AND (i.ticket_to = -1 OR i.customer_id IS NULL
        OR NOT (EXISTS (SELECT 1 FROM json_each(CASE WHEN json_valid(i.raw) THEN i.raw ELSE '[]' END) AS v
                         WHERE v.type IN ('text', 'integer', 'real') AND trim(v.value, ' ' || char(9, 10, 13)) = i.{field})
                OR EXISTS (SELECT 1 FROM {customer} c WHERE c.id = i.customer_id AND i.{field} IN ({theirs}))))
