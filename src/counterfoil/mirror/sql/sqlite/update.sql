-- Changed rows, only where the version is still the one that was compared.
UPDATE customer
   SET ({columns}, version, observed_at, updated_at, state_at)
     = ({placeholders}, version + 1, %s, %s, CASE WHEN state = %s THEN state_at ELSE %s END)
 WHERE id = %s AND version = %s
