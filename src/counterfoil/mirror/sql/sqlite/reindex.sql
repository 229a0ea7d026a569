-- The search words of a row in which nothing else has changed, those of contact persons left alone. A row that somebody
-- has written meanwhile has its own.
UPDATE {customer_search} SET name_words = %s, other_words = %s
 WHERE rowid = %s AND (name_words <> %s OR other_words <> %s)
   AND EXISTS (SELECT 1 FROM {customer} WHERE id = %s AND version = %s)
