-- The search words of a row: those of its name, and all others. Those of its contact persons stay.
INSERT OR REPLACE INTO {customer_search} (rowid, name_words, other_words, person_words)
VALUES (%s, %s, %s, (SELECT person_words FROM {customer_search} WHERE rowid = %s))
