-- The search words of a new row: those of its name, and all others.
INSERT INTO {customer_search} (rowid, name_words, other_words) VALUES (%s, %s, %s)
