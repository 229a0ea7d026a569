-- What a customer has from its contact persons: the number and the address to reach it by. Who has them already stays
-- untouched.
UPDATE {customer}
   SET (person_phone, person_email) = (%s, %s)
 WHERE id = %s AND (person_phone IS NOT %s OR person_email IS NOT %s)
