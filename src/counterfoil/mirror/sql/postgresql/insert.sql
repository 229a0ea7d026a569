-- New rows. One that somebody else has added meanwhile stays as it is: its observation goes through the door again.
INSERT INTO {table} (connection_id, external_id, {columns}, version,
                      state_at, first_seen_at, first_source, first_reference, observed_at, updated_at{search})
SELECT %(connection)s, external_id, {columns}, 1,
       %(at)s, %(at)s, %(source)s, by_reference, %(at)s, %(at)s{words}
  FROM incoming_{table}
 WHERE id IS NULL
 ORDER BY external_id
    ON CONFLICT (connection_id, external_id) DO NOTHING
RETURNING external_id
