-- What a word is found by where it was mistyped: digests of its deletions.
CREATE TABLE {search_deletion} (connection_id integer NOT NULL, deletion integer NOT NULL, word text NOT NULL, PRIMARY KEY (connection_id, deletion, word)) WITHOUT ROWID
