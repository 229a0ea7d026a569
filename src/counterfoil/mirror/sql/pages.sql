-- Pages that a run has had: checkpoint, evidence, and who vouches for the rows they held.
INSERT INTO {run_page} (connection_id, run_id, attempt, number, ticket, ended, total, last, fingerprint,
                      unidentified, ids, at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
