-- What customers have from their contact persons: the number and the address to reach them by, and the words by which
-- they are found, marked with "@" among their own. Who has them already stays untouched.
UPDATE {customer} c
   SET person_phone = i.phone,
       person_email = i.email,
       search = array_to_tsvector(
           ARRAY(SELECT word FROM unnest(tsvector_to_array(c.search)) AS word WHERE word NOT LIKE '@%%') || i.words)
  FROM jsonb_to_recordset(%(customers)s::jsonb) AS i (id bigint, phone text, email text, words text[])
 WHERE c.id = i.id
   AND (c.person_phone IS DISTINCT FROM i.phone
     OR c.person_email IS DISTINCT FROM i.email
     OR array_to_tsvector(
            ARRAY(SELECT word FROM unnest(tsvector_to_array(c.search)) AS word WHERE word LIKE '@%%'))
        <> array_to_tsvector(i.words))
