-- Changed rows, only where the version is still the one that was compared. Where nothing but the body of another
-- shape is new, the moment of the change stays. What is no look at the upstream's record, as an edit, observes nothing.
UPDATE {table}
   SET ({columns}, version, observed_at, updated_at, state_at)
     = ({placeholders}, version + 1, COALESCE(%s, observed_at), COALESCE(%s, updated_at),
        CASE WHEN state = %s THEN state_at ELSE %s END)
 WHERE id = %s AND version = %s
