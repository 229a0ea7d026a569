-- What words are found by where they were mistyped.
UPDATE {search_word} w
   SET deletions = i.deletions, checked_at = %(at)s
  FROM jsonb_to_recordset(%(words)s::jsonb) AS i (id bigint, deletions integer[])
 WHERE w.id = i.id
