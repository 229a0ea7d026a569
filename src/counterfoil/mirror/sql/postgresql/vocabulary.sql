-- What a word is found by where it was mistyped: digests of its deletions. The digests have the connection in them, so
-- that an index entry never leads from one connection to another's words.
ALTER TABLE {search_word} ADD COLUMN deletions integer[];
CREATE INDEX {search_word}_deletions ON {search_word} USING gin (deletions) WITH (fastupdate = off)
