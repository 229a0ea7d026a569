-- New words of a connection.
INSERT INTO {search_word} (connection_id, word)
SELECT %(connection)s, value FROM json_each(%(words)s) WHERE true ORDER BY value
    ON CONFLICT (connection_id, word) DO NOTHING
