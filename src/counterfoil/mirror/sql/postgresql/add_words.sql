-- New words of a connection, in order, so that two writers never wait for each other.
INSERT INTO {search_word} (connection_id, word)
SELECT %(connection)s, word FROM unnest(%(words)s::text[]) AS word ORDER BY word
    ON CONFLICT (connection_id, word) DO NOTHING
