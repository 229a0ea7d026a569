-- The words by which a customer is found for its contact persons.
UPDATE {customer_search} SET person_words = %s WHERE rowid = %s AND coalesce(person_words, '') <> %s
