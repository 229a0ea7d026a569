-- The number and the address to reach a customer by: a contact person's, else its own. One statement writes the table
-- once.
ALTER TABLE {customer}
    ADD COLUMN best_phone text GENERATED ALWAYS AS (coalesce(person_phone, mobile_e164, phone_e164)) STORED,
    ADD COLUMN best_email text GENERATED ALWAYS AS (coalesce(person_email, email_normalized)) STORED
