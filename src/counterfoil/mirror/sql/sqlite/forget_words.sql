-- What words that are deleted were found by.
DELETE FROM {search_deletion}
 WHERE (connection_id, deletion, word) IN (
    SELECT w.connection_id, d.value, w.word
      FROM json_each(%(words)s) AS i
      JOIN {search_word} AS w ON w.id = json_extract(i.value, '$.id')
      JOIN json_each(i.value, '$.deletions') AS d)
