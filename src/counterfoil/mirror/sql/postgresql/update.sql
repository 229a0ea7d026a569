-- Changed rows, only where the version is still the one that was compared. Where nothing but the body of another
-- shape is new, the moment of the change stays. What is no look at the upstream's record, as an edit, observes nothing.
UPDATE {table} c
   SET ({columns}, version, observed_at, updated_at, state_at{search})
     = ({incoming_columns}, c.version + 1, COALESCE(%(observed)s::timestamptz, c.observed_at),
        CASE WHEN i.touch THEN c.updated_at ELSE %(at)s END,
        CASE WHEN c.state = i.state THEN c.state_at ELSE %(at)s END{words})
  FROM incoming_{table} i
 WHERE c.id = i.id AND c.version = i.version
RETURNING c.id
