-- What words are found by where they were mistyped.
INSERT OR IGNORE INTO {search_deletion} (connection_id, deletion, word)
SELECT w.connection_id, d.value, w.word
  FROM json_each(%(words)s) AS i
  JOIN {search_word} AS w ON w.id = json_extract(i.value, '$.id')
  JOIN json_each(i.value, '$.deletions') AS d
