-- Search words of a row, made by us (accents and case folded), so that a search means the same on both databases.
-- Words of the name are marked with "=": name matches come first.
ALTER TABLE {customer} ADD COLUMN search tsvector;
CREATE INDEX {customer_search} ON {customer} USING gin (search)
