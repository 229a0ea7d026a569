-- The search words of rows in which nothing else has changed, those of contact persons left alone. A row that somebody
-- has written meanwhile has its own.
UPDATE {customer} c
   SET search = n.search
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS i (id bigint, version integer, words text)
  JOIN {customer} o ON o.id = i.id
 CROSS JOIN LATERAL (
    SELECT array_to_tsvector(
        string_to_array(i.words, ' ')
        || ARRAY(SELECT word FROM unnest(tsvector_to_array(o.search)) AS word WHERE word LIKE '@%%')) AS search) n
 WHERE c.id = i.id AND c.version = i.version AND c.search IS DISTINCT FROM n.search
