-- The proof before an invoice loses its column {field}: how many values stand neither among the extra fields nor in the
-- payload nor on the linked customer.
SELECT count(*)
  FROM {invoice} i
 WHERE i.{field} <> ''
   AND json_extract(i.extra, '$.{field}') IS NOT i.{field}
   AND json_extract(i.extra, '$."{field} (invoice)"') IS NOT i.{field}
   AND NOT EXISTS (SELECT 1 FROM json_each(CASE WHEN json_valid(i.raw) THEN i.raw ELSE '[]' END) AS v
                    WHERE v.type IN ('text', 'integer', 'real') AND trim(v.value, ' ' || char(9, 10, 13)) = i.{field})
   AND NOT EXISTS (SELECT 1 FROM {customer} c WHERE c.id = i.customer_id AND i.{field} IN ({theirs}))
