-- The number and the address to reach a customer by: a contact person's, else its own. They are computed when read.
ALTER TABLE {customer} ADD COLUMN best_phone text GENERATED ALWAYS AS (coalesce(person_phone, mobile_e164, phone_e164)) VIRTUAL;
ALTER TABLE {customer} ADD COLUMN best_email text GENERATED ALWAYS AS (coalesce(person_email, email_normalized)) VIRTUAL;
-- The words of contact persons get a column of the search index, which cannot be altered.
CREATE VIRTUAL TABLE {customer_search}_wider USING fts5 (name_words, other_words, person_words, tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3');
INSERT INTO {customer_search}_wider (rowid, name_words, other_words) SELECT rowid, name_words, other_words FROM {customer_search};
DROP TRIGGER {customer_search}_delete;
DROP TABLE {customer_search};
ALTER TABLE {customer_search}_wider RENAME TO {customer_search};
CREATE TRIGGER {customer_search}_delete AFTER DELETE ON {customer} BEGIN DELETE FROM {customer_search} WHERE rowid = old.id; END
