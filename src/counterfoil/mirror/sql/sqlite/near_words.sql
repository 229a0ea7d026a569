-- Words of these connections that have a deletion in common with what was typed. The vocabulary itself has the last
-- say: a deletion may have outlived its word. CROSS JOIN keeps the planner from beginning with all words.
SELECT DISTINCT d.word
  FROM json_each(%(connections)s) AS c
 CROSS JOIN json_each(%(deletions)s) AS t
 CROSS JOIN {search_deletion} AS d ON d.connection_id = c.value AND d.deletion = t.value
 CROSS JOIN {search_word} AS w ON w.connection_id = d.connection_id AND w.word = d.word
 LIMIT %(most)s
