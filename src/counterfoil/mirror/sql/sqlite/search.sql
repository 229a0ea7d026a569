-- Search words of a row, made by us (accents and case folded), so that a search means the same on both databases.
CREATE VIRTUAL TABLE {customer_search} USING fts5 (name_words, other_words, tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3');
CREATE TRIGGER {customer_search}_delete AFTER DELETE ON {customer} BEGIN DELETE FROM {customer_search} WHERE rowid = old.id; END
