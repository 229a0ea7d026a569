-- The search words of a row: those of its name, and all others.
INSERT OR REPLACE INTO {customer_search} (rowid, name_words, other_words) VALUES (%s, %s, %s)
