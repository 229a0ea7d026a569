-- New rows. One that somebody else has added meanwhile stays as it is: its observation goes through the door again.
INSERT INTO {table} (connection_id, external_id, {columns}, version,
                      state_at, first_seen_at, first_source, first_reference, observed_at, updated_at)
VALUES (%s, %s, {placeholders}, 1, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (connection_id, external_id) DO NOTHING
