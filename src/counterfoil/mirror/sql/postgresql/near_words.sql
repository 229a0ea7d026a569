-- Words of these connections that have a deletion in common with what was typed.
SELECT DISTINCT word
  FROM {search_word}
 WHERE deletions && %(deletions)s::integer[] AND connection_id = ANY(%(connections)s)
 LIMIT %(most)s
