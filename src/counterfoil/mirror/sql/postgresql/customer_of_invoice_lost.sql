-- The proof before an invoice loses its column {field}: how many values stand neither among the extra fields nor in the
-- payload nor on the linked customer.
SELECT count(*)
  FROM {invoice} i
 WHERE i.{field} <> ''
   AND (i.extra ->> '{field}') IS DISTINCT FROM i.{field}
   AND (i.extra ->> '{field} (invoice)') IS DISTINCT FROM i.{field}
   AND NOT CASE WHEN json_typeof(i.raw) = 'object' AND strpos(i.raw::text, '\u0000') = 0
                THEN EXISTS (SELECT 1 FROM json_each_text(i.raw) AS v
                              WHERE btrim(v.value, E' \t\r\n') = i.{field})
                ELSE false END
   AND NOT EXISTS (SELECT 1 FROM {customer} c WHERE c.id = i.customer_id AND i.{field} IN ({theirs}))
